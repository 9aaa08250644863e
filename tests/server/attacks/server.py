"""A DynamoDB that lies: its items, names, tables and messages are what a test says, and nothing is checked.

    hostile = server.Hostile(items=[{"pk": {"S": "a"}, "sk": {"S": "b"}}])
    hostile.url, hostile.asked          # (operation, request) of all that came
"""
import http.server
import json
import threading

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]


class Hostile:
    def __init__(self, items=(), tables=("shop",), key="pk"):
        self.items, self.tables, self.key = list(items), list(tables), key
        self.error = None           # (code, message) of every Scan, Query and GetItem
        self.cancelled = None       # the reasons for which every transaction is
        self.rename = None          # the name that a table and its index are described with
        self.redirect = None        # a URL that everything is sent on to
        self.endless = False        # each page says that there is another
        self.asked = []
        self.says = None            # (status, body) of all that is not DynamoDB's: STS, Identity Center
        self.batches = []           # the tables of all BatchWriteItem
        self.written = set()        # the partition keys of all that was put
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.server.daemon_threads = True
        self.server.handle_error = lambda *_: None  # a client that leaves early
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def table(self, name):
        keys = [dict(KEYS[0], AttributeName=self.key), KEYS[1]]
        if self.rename:
            name = self.rename
        index = {"IndexName": name, "IndexStatus": "ACTIVE", "KeySchema": keys, "Projection": {"ProjectionType": "ALL"}}
        more = {"GlobalSecondaryIndexes": [index]} if self.rename else {}
        return {**more, "TableName": name, "TableStatus": "ACTIVE", "KeySchema": keys, "ItemCount": 1, "TableSizeBytes": 1,
                "AttributeDefinitions": [{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
                "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}

    def answer(self, operation, request):
        if operation == "ListTables":
            return {"TableNames": self.tables}
        if operation == "DescribeTable":
            return {"Table": self.table(request["TableName"])}
        if operation == "DescribeTimeToLive":
            return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}
        if operation == "GetItem":
            return {"Item": self.items[0]} if self.items else {}
        if operation in ("Scan", "Query"):
            more = {"LastEvaluatedKey": {self.key: {"S": str(len(self.asked))}, "sk": {"S": "x"}}} if self.endless else {}
            return {**more, "Items": self.items, "Count": len(self.items), "ScannedCount": len(self.items)}
        if operation in ("PutItem", "UpdateItem"):
            self.written.add(request.get("Item", request.get("Key"))[self.key]["S"])
        if operation == "BatchWriteItem":
            self.batches += request["RequestItems"]
        for writes in request.get("RequestItems", {}).values() if operation == "BatchWriteItem" else ():
            self.written.update(write["PutRequest"]["Item"][self.key]["S"] for write in writes if "PutRequest" in write)
        return {}

    def _handler(hostile):  # noqa: N805: the handler's own self is another
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                operation = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
                hostile.asked.append((operation or self.path, dict(self.headers)))
                if hostile.says and not operation:
                    return self.send(*hostile.says)
                if hostile.redirect:
                    return self.send(302, b"", Location=hostile.redirect + self.path)
                if hostile.error and operation in ("Scan", "Query", "GetItem"):
                    code, message = hostile.error
                    return self.send(400, json.dumps({"__type": "x#" + code, "message": message}).encode())
                if hostile.cancelled and operation == "TransactWriteItems":
                    return self.send(400, json.dumps({"__type": "x#TransactionCanceledException", "message": "no",
                                                      "CancellationReasons": hostile.cancelled}).encode())
                return self.send(200, json.dumps(hostile.answer(operation, json.loads(body or b"{}"))).encode())

            do_GET = do_POST = do_PUT = handle_any

            def send(self, status, body, **headers):
                self.send_response(status)
                self.send_header("Content-Type", "application/x-amz-json-1.0")
                for name, value in headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass
        return Handler
