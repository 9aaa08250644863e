"""A DynamoDB of one table that keeps what it is given, and misbehaves: it throttles, drops connections
before or after it wrote, answers 500, and returns a random part of each batch as unprocessed.

Its dice are seeded; what becomes of a request still depends on the order of arrival.
"""
import http.server
import json
import random
import threading
import time
import zlib


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        operation = self.headers["X-Amz-Target"].split(".")[1]
        if operation == "DescribeTable":
            return self.answer(200, {"Table": describe(request["TableName"])})
        time.sleep(self.server.storm.delay)
        with self.server.storm.lock:
            fate, body = self.server.storm.fate(request)
        if fate == "drop":
            self.close_connection = True
            return None
        return self.answer(fate, body)

    def answer(self, status, body):
        text = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/x-amz-json-1.0")
        self.send_header("Content-Length", str(len(text)))
        self.send_header("x-amz-crc32", str(zlib.crc32(text)))
        self.end_headers()
        self.wfile.write(text)


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def handle_error(self, *_):
        """A client that was killed is none."""


class Storm:
    def __init__(self, seed, throttle=0.0, drop=0.0, fail=0.0, unprocessed=0.0, delay=0.0):
        self.dice = random.Random(seed)
        self.throttle, self.drop, self.fail, self.unprocessed = throttle, drop, fail, unprocessed
        self.delay = delay
        self.items, self.requests, self.problems = {}, 0, []
        self.lock = threading.Lock()
        self.on_request = None
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.storm = self
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def chance(self, share):
        return self.dice.random() < share

    def fate(self, request):
        """Status and body, or "drop"."""
        self.requests += 1
        if self.on_request:
            self.on_request(self.requests)
        if self.chance(self.throttle):
            return 400, {"__type": "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException",
                         "message": "too much"}
        if self.chance(self.fail):
            return 500, {"__type": "InternalServerError", "message": "oops"}
        lost = self.chance(self.drop)
        if lost and self.chance(0.5):
            return "drop", None
        left = {table: self.write(actions) for table, actions in request["RequestItems"].items()}
        return "drop" if lost else 200, {"UnprocessedItems": {table: kept for table, kept in left.items() if kept}}

    def write(self, actions):
        share = self.unprocessed * self.dice.random() * 2
        kept = [action for action in actions if self.chance(share)]
        keys = [json.dumps(action["PutRequest"]["Item"]["pk"]) for action in actions]
        if len(set(keys)) < len(keys) or not 1 <= len(keys) <= 25:
            self.problems.append("a batch that the service would refuse")
        for action in actions:
            if action not in kept:
                self.items[action["PutRequest"]["Item"]["pk"]["S"]] = action["PutRequest"]["Item"]
        return kept


def describe(name):
    return {"TableName": name, "TableStatus": "ACTIVE", "ItemCount": 0, "TableSizeBytes": 0,
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}]}
