#!/usr/bin/python3
"""A DynamoDB that misbehaves on request, on loopback, with and without TLS.

What it does wrong stands in the table's name, FAULT[-NUMBER][.ANYTHING]: throttle-2.get throttles twice
and then serves; ANYTHING keeps one test's count of attempts from another's. Statements without a table
name it in the access key (FAULTthrottle). DescribeTable is always answered well, unless the name
begins with "describe.". Every signature is checked by botocore's own signer.

    tests/server/faults/server.py          to play with: prints its two ports, serves until it is stopped
"""
import gzip
import hmac
import http.server
import json
import os
import re
import socketserver
import ssl
import subprocess
import sys
import threading
import time
import zlib

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

import stream

SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
TARGET = "DynamoDB_20120810."
ITEM = {"pk": {"S": "USER#42"}, "sk": {"S": "PROFILE"}, "email": {"S": "ann@example.com"}}
SKEW = 3600


class Answer:
    """One answer: what its fault has to change before it goes out."""

    def __init__(self, body, status=200, headers=(), crc=None, length=None):
        self.body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.status, self.headers, self.crc, self.length = status, dict(headers), crc, length


def error(code, message, status=400, **headers):
    return Answer({"__type": "com.amazonaws.dynamodb.v20120810#" + code, "message": message}, status,
                  {name.replace("_", "-"): str(value) for name, value in headers.items()})


REASONS = [{"reason": "TableReadKeyRangeThroughputExceeded", "resource": "arn:aws:dynamodb:us-east-1:1:table/shop"}]
THROTTLED = "The level of configured provisioned throughput for the table was exceeded"


def with_item(text):
    """A GetItem answer around a raw attribute, for what json.dumps would not write."""
    return Answer(b'{"Item":{"pk":{"S":"USER#42"},"sk":{"S":"PROFILE"},"odd":' + text + b"}}")


# fault: attempt, number → an Answer, or None to serve as usual. A fault with a number ends after so many.
ANSWERS = {
    "throttle": lambda: error("ProvisionedThroughputExceededException", THROTTLED),
    "reasons": lambda: Answer({"__type": "x#ThrottlingException", "message": "Rate exceeded", "throttlingReasons": REASONS}, 400),
    "capitalreasons": lambda: Answer({"__type": "x#ProvisionedThroughputExceededException", "message": THROTTLED,
                                      "ThrottlingReasons": REASONS}, 400),
    "patience": lambda: error("ThrottlingException", "Rate exceeded", x_amz_retry_after=30),
    "internal": lambda: error("InternalServerError", "Internal server error", 500),
    "unavailable": lambda: Answer(b"<html><body>503 Service Unavailable</body></html>", 503,
                                  {"Content-Type": "text/html"}),
    "validation": lambda: error("ValidationException", "One or more parameter values were invalid: just so"),
    "denied": lambda: error("AccessDeniedException", "User: arn:aws:iam::1:user/ann is not authorized"),
    "expired": lambda: error("ExpiredTokenException", "The security token included in the request is expired"),
    "unrecognized": lambda: error("UnrecognizedClientException", "The security token included in the request is invalid."),
    "capital": lambda: Answer({"__type": "a#TransactionInProgressException", "Message": "capital M"}, 400),
    "errorescape": lambda: error("ValidationException", "bad \x1b[31mvalue\x07\u202e"),
    "errorlong": lambda: error("ValidationException", "long " * 100_000),
    "empty400": lambda: Answer(b"", 400),
    "html400": lambda: Answer(b"<html>Bad Request from some proxy</html>", 400, {"Content-Type": "text/html"}),
    "redirect": lambda: Answer(b"", 301, {"Location": "/elsewhere"}),
    "error200": lambda: error("ValidationException", "with the wrong status", 200),
    "crc": lambda: Answer({"Item": ITEM}, crc=1),
    "notjson": lambda: Answer(b"<html>It works!</html>", headers={"Content-Type": "text/html"}),
    "empty": lambda: Answer(b""),
    "array": lambda: Answer(b"[]"),
    "halfjson": lambda: Answer(b'{"Item":{"pk":{"S":"USER#42"'),
    "trailing": lambda: Answer(b'{"Item":{"pk":{"S":"USER#42"}}} {}'),
    "deep": lambda: with_item(b'{"L":[' * 100_000 + b"]}" * 100_000),
    "deepjson": lambda: Answer(b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "twice": lambda: Answer(b'{"Item":{"pk":{"S":"a"}},"Item":{"pk":{"S":"b"}}}'),
    "duplicate": lambda: with_item(b'{"S":"first"},"odd":{"S":"second"}'),
    "twotypes": lambda: with_item(b'{"S":"a","N":"1"}'),
    "notype": lambda: with_item(b"{}"),
    "unknowntype": lambda: with_item(b'{"Q":"1"}'),
    "barenumber": lambda: with_item(b'{"N":1}'),
    "badnumber": lambda: with_item(b'{"N":"one"}'),
    "hugenumber": lambda: with_item(b'{"N":"' + b"9" * 1_000_000 + b'"}'),
    "hugeexponent": lambda: with_item(b'{"N":"1E99999999999999999999"}'),
    "badutf8": lambda: with_item(b'{"S":"a\xff\xc0\x80b"}'),
    "surrogate": lambda: with_item(b'{"S":"a\\ud800b\\udc00c"}'),
    "nul": lambda: with_item(b'{"S":"a\\u0000b"}'),
    "badbase64": lambda: with_item(b'{"B":"not base64!"}'),
    "escapes": lambda: with_item(json.dumps({"S": "\x1b]0;owned\x07\x1b[2J\x9b31m\u202eabc\x7f\r"}).encode()),
    "gzip": lambda: Answer(gzip.compress(json.dumps({"Item": ITEM}).encode()),
                           headers={"Content-Encoding": "gzip"}),
}
# Handled while sending, below.
SENDING = {"stall", "stallbody", "drip", "cut", "close", "short", "long", "endless", "endlesshead", "reset", "garbage"}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body go out apart; the body would wait for the head's ACK
    skewed = False
    server_version = "faults"

    def log_message(self, *_):
        pass

    def do_GET(self):
        self.server.faults.followed += self.path == "/elsewhere"
        self.send(Answer(b"{}"))

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        target = self.headers.get("X-Amz-Target", "")
        operation = target.partition(".")[2]
        if target != (stream.TARGET if operation in stream.OPERATIONS else TARGET) + operation:
            return self.send(error("UnknownOperationException", target))
        try:
            request = json.loads(body)
        except ValueError:
            return self.send(error("SerializationException", "not JSON"))
        name = table_of(request) or stream.table_of(request) or self.access_key()[len("FAULT"):]
        attempt = self.server.faults.note(name, operation, request, dict(self.headers))
        described = name.startswith("describe.")
        fault, number = re.match(r"([a-z][a-z0-9]*|)(?:-(\d+))?", name.removeprefix("describe.")).groups()
        self.skewed = fault == "skew"
        active = (operation == "DescribeTable") == described and (number is None or attempt <= int(number))
        problem = self.wrong_signature(body, SKEW if self.skewed else 0)
        if problem:
            self.server.faults.refused.append(name)
            return self.send(problem)
        if active and fault in SENDING:
            return getattr(self, "send_" + fault)(Answer({"Item": ITEM}))
        if active and fault in ANSWERS:
            return self.send(ANSWERS[fault]())
        return self.send(self.serve(operation, request, name, fault, attempt))

    def access_key(self):
        found = re.search(r"Credential=([^/]+)/", self.headers.get("Authorization", ""))
        return found.group(1) if found else ""

    def wrong_signature(self, body, skew):
        """An error, or None when the request is signed as botocore would sign it, and now."""
        found = re.match(r"AWS4-HMAC-SHA256 Credential=([^/]+)/(\d{8})/([^/]+)/dynamodb/aws4_request, "
                         r"SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$", self.headers.get("Authorization", ""))
        stamp = self.headers.get("X-Amz-Date", "")
        if not found or not stamp:
            return error("MissingAuthenticationTokenException", "Request is missing Authentication Token")
        key, date, region, signed, signature = found.groups()
        must = {"host", "content-type"} | {name.lower() for name in self.headers if name.lower().startswith("x-amz-")}
        if must - set(signed.split(";")) or not stamp.startswith(date):
            return error("IncompleteSignatureException", "a header is not signed: " + signed)
        scheme = "https" if isinstance(self.connection, ssl.SSLSocket) else "http"
        request = AWSRequest("POST", f"{scheme}://{self.headers['Host']}{self.path}",
                             {name: self.headers[name] for name in signed.split(";")}, body)
        request.context["timestamp"] = stamp
        signer = SigV4Auth(Credentials(key, SECRET), "dynamodb", region)
        right = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
        if not hmac.compare_digest(right, signature):
            return error("InvalidSignatureException",
                         "The request signature we calculated does not match the signature you provided.")
        now = time.time() + skew
        sent = time.mktime(time.strptime(stamp, "%Y%m%dT%H%M%SZ")) - time.timezone
        if abs(now - sent) > 300:
            return error("InvalidSignatureException", f"Signature expired: {stamp} is now earlier than later")
        return None

    # What a good answer is.

    def serve(self, operation, request, name, fault, attempt):
        if operation == "DescribeTable":
            return Answer({"Table": describe(name)})
        if operation == "ListTables":
            circle = {"LastEvaluatedTableName": "ab"[attempt % 2]} if fault == "circle" else {}
            return Answer({"TableNames": ["throttle"], **circle})
        if operation == "GetItem":
            return Answer({"Item": ITEM})
        if operation in ("Scan", "Query"):
            return self.page(request, fault)
        if operation == "BatchWriteItem":
            return self.batch_write(request, name, fault, attempt)
        if operation == "BatchGetItem":
            return self.batch_get(request, name, fault, attempt)
        if operation == "ExecuteStatement":
            return Answer({"Items": [ITEM], "NextToken": "ab"[attempt % 2]} if fault == "circle" else {"Items": [ITEM]})
        if operation in stream.OPERATIONS:
            body = stream.serve(operation, request, fault, attempt)
            return error(body, "as the stream says") if isinstance(body, str) else Answer(body)
        return Answer({})

    def page(self, request, fault):
        """pages: ten of two items. endlesspages: no end; bigpages: 20 KB each, and no end. samekey: a
        key that never moves; circle: one that comes back to the beginning. lie: a count without items."""
        start = int(request.get("ExclusiveStartKey", {}).get("sk", {}).get("S", "0"))
        items = [{"pk": {"S": "P"}, "sk": {"S": f"{start * 2 + i:06d}"}} for i in range(2)]
        if fault == "slowpages":
            self.server.faults.sleep(0.05)
        if fault == "bigpages":
            items = [dict(item, text={"S": "x" * 10_000}) for item in items]
        body = {"Items": items, "Count": 2, "ScannedCount": 2}
        if fault == "pagecut" and start == 1:
            return self.send_cut(Answer(body))
        if fault == "lie":
            return Answer({"Items": [], "Count": 1000, "ScannedCount": 1000})
        last = {"pk": {"S": "P"}, "sk": {"S": str(start + (fault != "samekey"))}}
        if fault == "circle":
            last["sk"]["S"] = str(start % 3 + 1)
        if start < 9 or fault in ("endlesspages", "bigpages", "samekey"):
            body["LastEvaluatedKey"] = last
        return Answer(body)

    def batch_write(self, request, name, fault, attempt):
        """unprocessed: leaves about half, and everything of each third request; never: leaves all."""
        left = {}
        for table, actions in request["RequestItems"].items():
            kept = []
            if fault == "never" or fault == "unprocessed" and attempt % 3 == 0:
                kept = actions
            elif fault == "unprocessed" and len(actions) > 1:
                kept = actions[::2]
            self.server.faults.written.setdefault(name, []).extend(a for a in actions if a not in kept)
            if kept:
                left[table] = kept
        return Answer({"UnprocessedItems": left})

    def batch_get(self, request, name, fault, attempt):
        answers, left = {}, {}
        for table, ask in request["RequestItems"].items():
            keys = ask["Keys"]
            kept = keys[1:] if fault == "unprocessed" else keys if fault == "never" else []
            if fault == "moved":
                kept = keys
            elif fault == "foreign":
                kept = [dict(keys[0], sk={"S": "another's"})]
            answers[table] = [dict(key, n={"N": "1"}) for key in keys if key not in kept]
            if kept:
                left["elsewhere" if fault == "moved" else table] = dict(ask, Keys=kept)
        return Answer({"Responses": answers, "UnprocessedKeys": left})

    # How an answer goes out.

    def head(self, answer, chunked=False):
        self.send_response(answer.status)
        headers = {"Content-Type": "application/x-amz-json-1.0", "x-amzn-RequestId": "FAULTS",
                   "x-amz-crc32": str(zlib.crc32(answer.body) if answer.crc is None else answer.crc)}
        headers["Transfer-Encoding" if chunked else "Content-Length"] = \
            "chunked" if chunked else str(len(answer.body) if answer.length is None else answer.length)
        for name, value in {**headers, **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()

    def date_time_string(self, timestamp=None):
        """The server's own clock, which the fault "skew" sets wrong for its tables alone."""
        return super().date_time_string(time.time() + SKEW if self.skewed else timestamp)

    def send(self, answer):
        if answer is not None:
            self.head(answer)
            self.wfile.write(answer.body)

    def send_stall(self, _answer):
        self.server.faults.sleep(60)
        self.close_connection = True

    def send_stallbody(self, answer):
        self.head(answer)
        self.wfile.write(answer.body[:20])
        self.wfile.flush()
        self.send_stall(answer)

    def send_drip(self, answer):
        self.head(answer)
        for byte in answer.body:
            self.wfile.write(bytes([byte]))
            self.wfile.flush()
            time.sleep(0.001)

    def send_cut(self, answer):
        self.head(answer)
        self.wfile.write(answer.body[:len(answer.body) // 2])
        self.close_connection = True

    def send_close(self, _answer):
        self.close_connection = True

    def send_reset(self, _answer):
        # Closing with linger 0 sends RST instead of FIN.
        self.connection.setsockopt(1, 13, b"\1\0\0\0\0\0\0\0")
        self.close_connection = True

    def send_short(self, answer):
        answer.length = len(answer.body) - 5
        self.head(answer)
        self.wfile.write(answer.body)
        self.close_connection = True

    def send_garbage(self, _answer):
        self.wfile.write(b'"}}} the end of something else\r\n\r\n')
        self.close_connection = True

    def send_long(self, answer):
        answer.length = len(answer.body) + 5
        self.head(answer)
        self.wfile.write(answer.body)
        self.close_connection = True

    def send_endless(self, answer):
        self.head(answer, chunked=True)
        chunk = b'{"Item":{"pk":{"S":"' + b"x" * 1_000_000
        self.endless(b"%x\r\n" % len(chunk) + chunk + b"\r\n")

    def send_endlesshead(self, _answer):
        self.wfile.write(b"HTTP/1.1 200 OK\r\n")
        self.endless(b"x-more: " + b"y" * 10_000 + b"\r\n")

    def endless(self, piece):
        """Until the client has had enough; two hundred megabytes are a failed test, not a full disk."""
        self.close_connection = True
        try:
            for _ in range(200_000_000 // len(piece)):
                self.wfile.write(piece)
        except OSError:
            self.server.faults.gave_up += 1


def table_of(request):
    name = request.get("TableName", "")
    if not name and request.get("RequestItems"):
        name = next(iter(request["RequestItems"]))
    return name


def describe(name):
    """Keys pk and sk of strings; a number for a sort key where the name says "numeric"."""
    kind = "N" if "numeric" in name else "S"
    index = [{"AttributeName": "gsi1pk", "KeyType": "HASH"}, {"AttributeName": "gsi1sk", "KeyType": "RANGE"}]
    return {"TableName": name, "TableStatus": "ACTIVE", "ItemCount": 20, "TableSizeBytes": 2_000_000 if name == "pages.large" else 2000,
            "TableArn": f"arn:aws:dynamodb:us-east-1:000000000000:table/{name}",
            "LatestStreamArn": stream.arn(name), "CreationDateTime": 1700000000.123,
            "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"},
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"},
                                     {"AttributeName": "sk", "AttributeType": kind},
                                     {"AttributeName": "gsi1pk", "AttributeType": "S"},
                                     {"AttributeName": "gsi1sk", "AttributeType": "S"}],
            "GlobalSecondaryIndexes": [{"IndexName": "gsi1", "IndexStatus": "ACTIVE", "KeySchema": index,
                                        "Projection": {"ProjectionType": "ALL"}}]}


class Listener(socketserver.ThreadingMixIn, socketserver.TCPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64

    def handle_error(self, request, client_address):
        pass


class Faults:
    """Both listeners, and what they have seen. folder keeps the certificate, which is made anew."""

    def __init__(self, folder):
        self.seen, self.refused, self.written, self.lock = [], [], {}, threading.Lock()
        self.followed = self.gave_up = 0
        self.over = threading.Event()
        self.certificate = os.path.join(folder, "certificate.pem")
        key = os.path.join(folder, "key.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
                        "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key,
                        "-out", self.certificate], check=True, capture_output=True)
        self.plain, self.tls = Listener(("127.0.0.1", 0), Handler), Listener(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.tls.socket = context.wrap_socket(self.tls.socket, server_side=True, do_handshake_on_connect=False)
        for listener in (self.plain, self.tls):
            listener.faults = self
            threading.Thread(target=listener.serve_forever, daemon=True).start()
        self.port, self.tls_port = self.plain.server_address[1], self.tls.server_address[1]

    def note(self, name, operation, request, headers):
        """Remembers a request; returns which one it is of its table and operation, from 1."""
        with self.lock:
            self.seen.append((name, operation, request, headers))
            return self.count(name, operation)

    def count(self, name, operation=None):
        return sum(1 for n, o, _, _ in self.seen if n == name and operation in (None, o))

    def requests(self, name, operation=None):
        return [(request, headers) for n, o, request, headers in self.seen
                if n == name and operation in (None, o)]

    def sleep(self, seconds):
        self.over.wait(seconds)

    def close(self):
        self.over.set()


def main():
    import tempfile
    with tempfile.TemporaryDirectory() as folder:
        faults = Faults(folder)
        print(f"http://127.0.0.1:{faults.port} https://127.0.0.1:{faults.tls_port} {faults.certificate}", flush=True)
        print("faults: " + " ".join(sorted({*ANSWERS, *SENDING})), flush=True)
        try:
            faults.over.wait()
        except KeyboardInterrupt:
            faults.close()


if __name__ == "__main__":
    sys.exit(main())
