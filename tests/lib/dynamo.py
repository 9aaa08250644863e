"""A DynamoDB client of a few lines for the tests, on http.client alone: it shares no code with pksk.

Only for the local servers, which want a signature and never check it.
"""
import http.client
import json


class ServiceError(Exception):
    """What the service said no with."""

    def __init__(self, code, message):
        super().__init__(f"{code}: {message}")
        self.code, self.message = code, message


class Client:
    def __init__(self, port, access_key="tests", region="us-east-1"):
        self.port, self.region, self.access_key = port, region, access_key
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)

    def call(self, operation, body):
        """The decoded answer; numbers stay the text that they are in DynamoDB's JSON."""
        self.connection.request("POST", "/", json.dumps(body).encode(), {
            "Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": f"DynamoDB_20120810.{operation}",
            "X-Amz-Date": "20260101T000000Z",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={self.access_key}/20260101/{self.region}/dynamodb/"
                             "aws4_request, SignedHeaders=host, Signature=0"})
        answer = self.connection.getresponse()
        text = answer.read()
        if answer.status != 200:
            problem = json.loads(text or b"{}")
            raise ServiceError(problem.get("__type", str(answer.status)).split("#")[-1],
                               problem.get("message") or problem.get("Message") or "")
        return json.loads(text)

    def pages(self, operation, body):
        """Every page of a Query or Scan."""
        while True:
            page = self.call(operation, body)
            yield page
            if "LastEvaluatedKey" not in page:
                return
            body = dict(body, ExclusiveStartKey=page["LastEvaluatedKey"])

    def create_shop(self, table="shop", items=()):
        """Its stream has none of the items."""
        self.create(table, "pk", "sk", gsi1=("gsi1pk", "gsi1sk"), **{"email-index": ("email",)})
        self.put_all(table, items)
        self.switch_stream(table, "NEW_AND_OLD_IMAGES")

    def create(self, table, *keys, types=None, **indexes):
        """Keys are strings where types does not say otherwise; indexes project everything."""
        def schema(names):
            return [{"AttributeName": n, "KeyType": "RANGE" if i else "HASH"} for i, n in enumerate(names)]
        names = sorted({*keys, *(name for index in indexes.values() for name in index)})
        body = {"TableName": table, "BillingMode": "PAY_PER_REQUEST", "KeySchema": schema(keys),
                "AttributeDefinitions": [{"AttributeName": n, "AttributeType": (types or {}).get(n, "S")} for n in names]}
        if indexes:
            body["GlobalSecondaryIndexes"] = [
                {"IndexName": name, "KeySchema": schema(keys_of), "Projection": {"ProjectionType": "ALL"}}
                for name, keys_of in indexes.items()]
        self.call("CreateTable", body)

    def switch_stream(self, table, view=None):
        """On, with that StreamViewType, or off."""
        self.call("UpdateTable", {"TableName": table, "StreamSpecification":
                                  {"StreamEnabled": True, "StreamViewType": view} if view else {"StreamEnabled": False}})

    def put_all(self, table, items):
        """BatchWriteItem by 25 until nothing is left over; items of a large size go alone."""
        batch = []
        for item in items:
            if len(json.dumps(item)) > 100_000:
                self.call("PutItem", {"TableName": table, "Item": item})
                continue
            batch.append({"PutRequest": {"Item": item}})
            if len(batch) == 25:
                self.write(table, batch)
                batch = []
        self.write(table, batch)

    def write(self, table, batch):
        while batch:
            batch = self.call("BatchWriteItem", {"RequestItems": {table: batch}})["UnprocessedItems"].get(table)
