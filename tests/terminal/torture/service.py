"""AWS on loopback for the torture: what credentials come from (tests/server/aws/server.py), and a small DynamoDB that keeps
its items, answers in pages and notes every write. reset() makes it as it was."""
import importlib.util
import json
import os
import re
import sys

TESTS = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def load(name, path):
    """A module of another part; several are called server."""
    sys.path.insert(0, os.path.dirname(path))
    spec = importlib.util.spec_from_file_location(name, path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    sys.path.pop(0)
    return module


aws = load("aws_server", os.path.join(TESTS, "server/aws/server.py"))

KEYS = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}]
PAGE = 20
USERS, ORDERS = 10, 4


def item(user, sort, **more):
    return {"pk": {"S": f"USER#{user}"}, "sk": {"S": sort}, **more}


def items():
    """Ten users with four orders each."""
    for user in range(USERS):
        yield item(user, "PROFILE", n={"N": str(user)}, text={"S": "x" * 50})
        for order in range(ORDERS):
            yield item(user, f"ORDER#{order}", status={"S": "NEW"}, total={"N": f"{order}.5"})


class Refused(Exception):
    pass


class Service(aws.Aws):
    def __init__(self):
        super().__init__()
        self.reset()

    def _handler(self):
        handler = super()._handler()
        handler.disable_nagle_algorithm = True
        handler.handle = lambda this, handle=handler.handle: self.quietly(this, handle)
        return handler

    @staticmethod
    def quietly(handler, handle):
        try:
            handle(handler)
        except OSError:  # a client that leaves early
            pass

    def reset(self):
        self.know("AKIDEXAMPLE", "nothing")
        self.made, self.said = 0, []
        self.tables = {"shop": KEYS, "Archive": KEYS}
        self.stored = {self.place("shop", one): one for one in items()}
        self.writes = set()     # each as text, without what differs from run to run

    @staticmethod
    def place(table, one):
        return table, one["pk"]["S"], next(iter(one["sk"].values())) if "sk" in one else ""

    # ---- operations

    def dynamodb(self, method, path, headers, body):
        _, problem = self.check_signature(method, path, headers, body)
        if problem:
            return problem
        operation = headers["X-Amz-Target"].rpartition(".")[2]
        try:
            with self.lock:
                return 200, json.dumps(getattr(self, operation)(json.loads(body)))
        except Refused as why:
            return self.error(*why.args)

    def note(self, operation, write):
        kept = {name: value for name, value in write.items() if name not in ("ClientRequestToken", "ReturnConsumedCapacity")}
        self.writes.add(f"{operation} {json.dumps(kept, sort_keys=True)}")

    def described(self, name):
        if name not in self.tables:
            raise Refused("ResourceNotFoundException", f"no table {name}")
        keys = self.tables[name]
        return {"TableName": name, "TableStatus": "ACTIVE", "KeySchema": keys, "ItemCount": 50, "TableSizeBytes": 5000,
                "AttributeDefinitions": [{"AttributeName": key["AttributeName"], "AttributeType": "S"} for key in keys],
                "BillingModeSummary": {"BillingMode": "PAY_PER_REQUEST"}}

    def ListTables(self, _):
        return {"TableNames": sorted(self.tables)}

    def DescribeTable(self, request):
        return {"Table": self.described(request["TableName"])}

    def DescribeTimeToLive(self, _):
        return {"TimeToLiveDescription": {"TimeToLiveStatus": "DISABLED"}}

    def DescribeContinuousBackups(self, _):
        return {"ContinuousBackupsDescription": {"ContinuousBackupsStatus": "DISABLED"}}

    def CreateTable(self, request):
        self.note("CreateTable", request)
        self.tables[request["TableName"]] = request["KeySchema"]
        return {"TableDescription": self.described(request["TableName"])}

    def DeleteTable(self, request):
        was = self.described(request["TableName"])
        self.note("DeleteTable", request)
        del self.tables[request["TableName"]]
        return {"TableDescription": was}

    def page(self, request, found):
        start = request.get("ExclusiveStartKey")
        if start:
            after = self.place(request["TableName"], start)
            found = [one for one in found if self.place(request["TableName"], one) > after]
        answer = {"Items": found[:PAGE], "Count": len(found[:PAGE]), "ScannedCount": len(found[:PAGE])}
        if len(found) > PAGE:
            answer["LastEvaluatedKey"] = {name: found[PAGE - 1][name] for name in ("pk", "sk")}
        return answer

    def of_table(self, name):
        return [self.stored[place] for place in sorted(self.stored) if place[0] == name]

    def Scan(self, request):
        segment, segments = request.get("Segment", 0), request.get("TotalSegments", 1)
        return self.page(request, [one for at, one in enumerate(self.of_table(request["TableName"])) if at % segments == segment])

    def Query(self, request):
        values = [value["S"] for value in request["ExpressionAttributeValues"].values() if "S" in value]
        prefixes = [value for value in values if value.startswith("ORDER")] or [""]
        return self.page(request, [one for one in self.of_table(request["TableName"])
                                   if one["pk"]["S"] in values and one["sk"]["S"].startswith(prefixes[0])])

    def get(self, table, key):
        return self.stored.get(self.place(table, key))

    def GetItem(self, request):
        found = self.get(request["TableName"], request["Key"])
        return {"Item": found} if found else {}

    def BatchGetItem(self, request):
        return {"Responses": {table: [one for one in (self.get(table, key) for key in asked["Keys"]) if one]
                              for table, asked in request["RequestItems"].items()}, "UnprocessedKeys": {}}

    def TransactGetItems(self, request):
        gets = [action["Get"] for action in request["TransactItems"]]
        found = [self.get(get["TableName"], get["Key"]) for get in gets]
        return {"Responses": [{"Item": one} if one else {} for one in found]}

    def write(self, operation, request):
        """Carries out what the scripts do: no conditions, and updates by `#a = :b` alone."""
        table, key = request["TableName"], request.get("Item") or request["Key"]
        old = self.get(table, key)
        new = dict(old or key)
        for name, value in re.findall(r"(#\w+) = (:\w+)", request.get("UpdateExpression", "")):
            new[request["ExpressionAttributeNames"][name]] = request["ExpressionAttributeValues"][value]
        if operation == "Put":
            new = request["Item"]
        if operation == "Delete":
            self.stored.pop(self.place(table, key), None)
        elif operation != "ConditionCheck":
            self.stored[self.place(table, key)] = new
        wanted = new if request.get("ReturnValues", "").endswith("NEW") else old
        return {"Attributes": wanted} if request.get("ReturnValues", "NONE") != "NONE" and wanted else {}

    def PutItem(self, request):
        self.note("PutItem", request)
        return self.write("Put", request)

    def UpdateItem(self, request):
        self.note("UpdateItem", request)
        return self.write("Update", request)

    def DeleteItem(self, request):
        self.note("DeleteItem", request)
        return self.write("Delete", request)

    def BatchWriteItem(self, request):
        for table, writes in request["RequestItems"].items():
            for one in writes:
                self.note(f"BatchWriteItem {table}", one)
                kind, what = next(iter(one.items()))
                self.write(kind.removesuffix("Request"), {"TableName": table, **what})
        return {"UnprocessedItems": {}}

    def TransactWriteItems(self, request):
        self.note("TransactWriteItems", request)
        for action in request["TransactItems"]:
            self.write(*next(iter(action.items())))
        return {}

    def ExecuteStatement(self, request):
        if not request["Statement"].startswith("SELECT"):
            self.note("ExecuteStatement", request)
            return {"Items": []}
        return {"Items": self.of_table("shop")[:3]}
