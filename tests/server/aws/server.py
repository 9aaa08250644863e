"""A server on loopback that plays every AWS service which credentials come from, and what of DynamoDB shows who asks.

Whoever signs is checked with botocore's signer, and the one table that there is carries the access key's name,
so that a test sees which credentials got through. A Scan has as many pages as a test wants, two items each.
A test changes the fields of an Aws to make it misbehave.
"""
import collections
import datetime
import http.server
import json
import socket
import sys
import threading
import time
import urllib.parse

import oracle

TIME = "%Y-%m-%dT%H:%M:%SZ"


def at(seconds):
    """That many seconds from now."""
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Server6(Server):
    address_family = socket.AF_INET6


class Aws:
    def __init__(self, address="127.0.0.1", port=0):
        self.secrets = {}           # access key id → secret
        self.tokens = {}            # access key id → session token
        self.said = []              # (method, path, headers, body) of every request
        self.answers = {}           # path or action → a list of (status, body), used up first
        self.later = {}             # the same, from the second time on that it is asked
        self.life = 3600            # seconds that credentials are said to last
        self.dies = None            # seconds after which they are refused whatever was said; None: as was said
        self.ends = {}              # access key id → when that is
        self.pages = 1              # of a Scan, in each segment
        self.page_seconds = 0       # that each takes
        self.pages_given = collections.Counter()
        self.stream = None          # the ARN of the table's stream: one shard, one record
        self.xml = False            # STS knows no JSON
        self.slow = set()           # paths that never answer
        self.no_token = False       # instance metadata is of version 1
        self.token_of_instance = "session"
        self.made = 0
        self.lock = threading.Lock()
        self.server = (Server6 if ":" in address else Server)((address, port), self._handler())
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def know(self, key, secret, token=""):
        self.secrets[key], self.tokens[key] = secret, token

    def make(self, kind):
        """New credentials that will be accepted."""
        with self.lock:
            self.made += 1
            key = f"ASIA{kind.upper()}{self.made}"
        self.know(key, f"secret/of+{key}", f"token/of+{key}==")
        self.ends[key] = time.time() + (self.life if self.dies is None else self.dies)
        return key, self.secrets[key], self.tokens[key]

    def asked(self, start):
        """Requests whose method and path begin so."""
        return [entry for entry in self.said if f"{entry[0]} {entry[1]}".startswith(start)]

    # ---- the services ----

    def check_signature(self, method, path, headers, body):
        """The access key id, or an answer that says what is wrong."""
        parts = dict(part.partition("=")[::2] for part in
                     headers["Authorization"].removeprefix("AWS4-HMAC-SHA256 ").split(", "))
        key, _, region, service, _ = parts["Credential"].split("/")
        if key not in self.secrets:
            return None, self.error("UnrecognizedClientException", f"unknown key {key}")
        signed = [name for name in parts["SignedHeaders"].split(";")
                  if name not in ("host", "x-amz-date", "x-amz-security-token")]
        when = datetime.datetime.strptime(headers["X-Amz-Date"], "%Y%m%dT%H%M%SZ")
        want = oracle.signature({
            "method": method, "host": headers["Host"], "path": path, "query": "", "body": body, "key": key,
            "headers": [[name, headers[name]] for name in signed], "secret": self.secrets[key],
            "token": self.tokens[key], "region": region, "service": service,
            "ms": int(when.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000),
        })
        if want != headers["Authorization"] or headers.get("X-Amz-Security-Token", "") != self.tokens[key]:
            return None, self.error("InvalidSignatureException", f"want {want}")
        return key, None

    @staticmethod
    def error(code, message):
        return 400, json.dumps({"__type": "com.amazon.coral.service#" + code, "message": message,
                                "Error": {"Code": code, "Message": message}})

    def dynamodb(self, method, path, headers, body):
        key, problem = self.check_signature(method, path, headers, body)
        if problem:
            return problem
        if self.ends.get(key, float("inf")) < time.time():
            return self.error("ExpiredTokenException", "The security token included in the request is expired")
        target, _, operation = headers["X-Amz-Target"].partition(".")
        if target == "DynamoDBStreams_20120810":
            return 200, json.dumps(self.streams(operation))
        if operation == "DescribeTable":
            return 200, json.dumps({"Table": {
                "TableName": "t", "TableStatus": "ACTIVE", "ItemCount": 2, "TableSizeBytes": 100,
                **({"LatestStreamArn": self.stream} if self.stream else {}),
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}})
        if operation == "Scan":
            return self.scan(json.loads(body))
        if operation == "BatchGetItem":
            time.sleep(self.page_seconds)
            return 200, json.dumps({"Responses": {"t": json.loads(body)["RequestItems"]["t"]["Keys"]},
                                    "UnprocessedKeys": {}})
        return 200, json.dumps({"TableNames": [f"seen-{key}"]})

    def streams(self, operation):
        first = {"SequenceNumber": "100000000000000000001", "StreamViewType": "KEYS_ONLY", "SizeBytes": 3,
                 "ApproximateCreationDateTime": 1767323045, "Keys": {"pk": {"S": "a"}}}
        return {
            "DescribeStream": {"StreamDescription": {
                "StreamArn": self.stream, "StreamStatus": "ENABLED", "StreamViewType": "KEYS_ONLY", "TableName": "t",
                "Shards": [{"ShardId": "s", "SequenceNumberRange": {"StartingSequenceNumber": "1"}}]}},
            "GetShardIterator": {"ShardIterator": "i"},
            "GetRecords": {"Records": [{"eventName": "REMOVE", "dynamodb": first}], "NextShardIterator": "i"},
        }.get(operation, {})

    def scan(self, body):
        segment, after = body.get("Segment", 0), body.get("ExclusiveStartKey")
        page = int(after["pk"]["S"].split("-")[1]) + 1 if after else 0
        time.sleep(self.page_seconds)
        with self.lock:
            self.pages_given[segment, page] += 1
        items = [{"pk": {"S": f"{segment}-{page}-{half}"}} for half in "ab"]
        last = {} if page + 1 >= self.pages else {"LastEvaluatedKey": items[-1]}
        return 200, json.dumps({"Items": items, "Count": 2, "ScannedCount": 2, **last})

    def sts(self, method, path, headers, body):
        form = dict(urllib.parse.parse_qsl(body))
        action = form["Action"]
        if action == "AssumeRole":
            _, problem = self.check_signature(method, path, headers, body)
            if problem:
                return problem
        elif "Authorization" in headers:
            return self.error("ValidationError", "a web identity is not signed for")
        key, secret, token = self.make("role" if action == "AssumeRole" else "web")
        until = at(self.life)
        account = form["RoleArn"].split(":")[4]
        arn = f"arn:aws:sts::{account}:assumed-role/x/{form['RoleSessionName']}"
        if self.xml or headers.get("Accept") != "application/json":
            return 200, (f"<{action}Response><{action}Result><AssumedRoleUser><Arn>{arn}</Arn></AssumedRoleUser>"
                         f"<Credentials><AccessKeyId>{key}</AccessKeyId><SecretAccessKey>{secret}</SecretAccessKey>"
                         f"<SessionToken>{token}</SessionToken><Expiration>{until.strftime(TIME)}</Expiration>"
                         f"</Credentials></{action}Result></{action}Response>")
        return 200, json.dumps({f"{action}Response": {f"{action}Result": {
            "Credentials": {"AccessKeyId": key, "SecretAccessKey": secret, "SessionToken": token,
                            "Expiration": until.timestamp()},
            "AssumedRoleUser": {"Arn": arn, "AssumedRoleId": "AROA:x"}}}})

    def portal(self, headers):
        if headers.get("x-amz-sso_bearer_token") != "good":
            return 401, json.dumps({"message": "Session token not found or invalid"})
        key, secret, token = self.make("sso")
        return 200, json.dumps({"roleCredentials": {
            "accessKeyId": key, "secretAccessKey": secret, "sessionToken": token,
            "expiration": int(at(self.life).timestamp() * 1000)}})

    def login(self, headers):
        if headers["DPoP"].count(".") != 2:
            return 401, json.dumps({"error": "invalid_dpop_proof"})
        key, secret, token = self.make("login")
        return 200, json.dumps({"accessToken": {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token},
                                "tokenType": "aws_sigv4", "expiresIn": min(self.life, 900), "refreshToken": "second"})

    def hand_out(self, kind):
        """As containers and instances get them."""
        key, secret, token = self.make(kind)
        return 200, json.dumps({"Code": "Success", "AccessKeyId": key, "SecretAccessKey": secret, "Token": token,
                                "Expiration": at(self.life).strftime(TIME)})

    def instance(self, method, path, headers):
        if path == "/latest/api/token":
            return (200, self.token_of_instance) if method == "PUT" else (405, "")
        if headers.get("x-aws-ec2-metadata-token") != (None if self.no_token or self.slow else self.token_of_instance):
            return 401, ""
        if path.endswith("/availability-zone/"):
            return 200, "eu-south-2b"
        return (200, "the-role") if path.endswith("/security-credentials/") else self.hand_out("imds")

    def answer(self, method, path, headers, body):
        name = headers.get("X-Amz-Target", "").rpartition(".")[2] or dict(urllib.parse.parse_qsl(body)).get("Action")
        prepared = self.answers.get(name) or self.answers.get(path.partition("?")[0])
        if prepared:
            return prepared.pop(0)
        for slot in (name, path.partition("?")[0]):
            if slot in self.later:
                self.answers[slot] = self.later.pop(slot)
        if path == "/":
            return (self.dynamodb if "X-Amz-Target" in headers else self.sts)(method, path, headers, body)
        if path.startswith("/federation/"):
            return self.portal(headers)
        if path == "/token":
            return 200, json.dumps({"accessToken": "good", "expiresIn": 28800, "refreshToken": "second"})
        if path == "/v1/token":
            return self.login(headers)
        if path == "/process":
            key, secret, token = self.make("proc")
            return 200, json.dumps({"Version": 1, "AccessKeyId": key, "SecretAccessKey": secret, "SessionToken": token,
                                    "Expiration": at(self.life).strftime(TIME)})
        if path == "/container":
            return self.hand_out("box") if headers.get("Authorization") == "let me in" else (403, "")
        if path.startswith("/latest/"):
            return self.instance(method, path, headers)
        return 404, ""

    def _handler(aws):  # noqa: N805: the handler's own self is another
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                aws.said.append((self.command, self.path, dict(self.headers), body))
                if self.path in aws.slow:
                    self.connection.recv(1)  # until the other side has had enough
                    self.close_connection = True
                    return
                status, text = aws.answer(self.command, self.path, self.headers, body)
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            do_GET = do_POST = do_PUT = handle_any

            def log_message(self, *_):
                pass
        return Handler
