"""Where requests go and whom they name: the hosts of DynamoDB, of its streams and of its vector search, each with
the target and the signing name of its own. Who would be asked at AWS itself is read off the proxy.
"""
import json
import re
import socket
import threading

import server
import tap
from place import KEYS, ROLE, Place

STREAM = "arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000"


class Proxy:
    """Notes the hosts that it should connect to, and does not."""

    def __init__(self):
        self.asked = []
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            client, _ = self.socket.accept()
            with client:
                said = b""
                while b"\r\n\r\n" not in said:
                    piece = client.recv(65536)
                    if not piece:
                        break
                    said += piece
                self.asked += re.findall(r"^CONNECT (\S+):443 ", said.decode())
                client.sendall(b"HTTP/1.1 502 Nobody\r\nContent-Length: 0\r\n\r\n")


def outside(**more):
    """A place from which AWS itself would be asked."""
    place = Place("", KEYS, AWS_ENDPOINT_URL=None, AWS_MAX_ATTEMPTS="1", no_proxy="", **more)
    place.proxy = Proxy()
    place.environment["HTTPS_PROXY"] = place.proxy.url
    return place


def hosts(place, *words):
    """Those that a statement would ask, without what all of them end in."""
    place.proxy.asked.clear()
    done = place.pksk(*words)
    tap.same(done.status, 3, words, done.err)
    return [host.removesuffix(".amazonaws.com") for host in place.proxy.asked]


CALLS = ("ListTables {}", f"DescribeStream {{StreamArn: \"{STREAM}\"}}", "SearchVectors {TableName: t}")


@tap.test("hosts: tables, streams and vector search, each its own")
def _():
    account = {"AWS_ACCOUNT_ID": "123456789012", "AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "envsecret"}
    cases = [
        ({}, ["dynamodb.eu-west-1", "streams.dynamodb.eu-west-1", "search-dynamodb.eu-west-1"]),
        ({"AWS_REGION": "nowhere-7"}, ["dynamodb.nowhere-7", "streams.dynamodb.nowhere-7", "search-dynamodb.nowhere-7"]),
        (account, ["123456789012.ddb.eu-west-1", "streams.dynamodb.eu-west-1", "123456789012.search-ddb.eu-west-1"]),
        ({**account, "AWS_ACCOUNT_ID_ENDPOINT_MODE": "disabled"},
         ["dynamodb.eu-west-1", "streams.dynamodb.eu-west-1", "search-dynamodb.eu-west-1"]),
        ({"AWS_USE_FIPS_ENDPOINT": "true"},
         ["dynamodb-fips.eu-west-1", "streams.dynamodb-fips.eu-west-1", "search-dynamodb-fips.eu-west-1"]),
        ({"AWS_REGION": "fips-us-gov-west-1"},
         ["dynamodb.us-gov-west-1", "streams.dynamodb.us-gov-west-1", "search-dynamodb.us-gov-west-1"]),
        ({"AWS_USE_DUALSTACK_ENDPOINT": "true"},
         ["dynamodb.eu-west-1.api.aws", "streams-dynamodb.eu-west-1.api.aws", "search-dynamodb.eu-west-1.api.aws"]),
        ({"AWS_REGION": "cn-north-1", **account},
         [f"{name}.cn-north-1.amazonaws.com.cn" for name in ("dynamodb", "streams.dynamodb", "search-dynamodb")]),
    ]
    for environment, want in cases:
        place = outside(**environment)
        for call, host in zip(CALLS, want):
            tap.same(hosts(place, "-c", f"call {call}"), [host], environment, call)


@tap.test("hosts: the account of the ARN that names a table, as the API's model has it")
def _():
    def arn(rest, region="eu-west-1"):
        return f"arn:aws:dynamodb:{region}:555555555555:{rest}"

    table = arn("table/t")
    cases = [
        ("DescribeTable", {"TableName": table}, True),
        ("DescribeTable", {"TableName": arn("table/t", "eu-west-2")}, False),
        ("ListTagsOfResource", {"ResourceArn": table}, True),
        ("ListExports", {"TableArn": table}, True),
        ("DescribeBackup", {"BackupArn": arn("table/t/backup/b")}, True),
        ("BatchGetItem", {"RequestItems": {table: {"Keys": [{"pk": {"S": "a"}}]}}}, True),
        ("BatchGetItem", {"RequestItems": {"t": {}, table: {}}}, False),
        ("TransactGetItems", {"TransactItems": [{"Get": {"TableName": table}}]}, True),
        ("ImportTable", {"TableCreationParameters": {"TableName": table}}, True),
        ("RestoreTableFromBackup", {"BackupArn": arn("table/t/backup/b"), "TargetTableName": "t"}, False),
        ("RestoreTableFromBackup", {"BackupArn": arn("table/t/backup/b"), "TargetTableName": table}, True),
        ("RestoreTableToPointInTime", {"SourceTableArn": table, "TargetTableName": "t"}, False),
        ("DescribeStream", {"StreamArn": STREAM}, False),
    ]
    place = outside(AWS_ACCOUNT_ID="111111111111", AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="envsecret")
    for operation, request, own in cases:
        host = "streams.dynamodb" if operation == "DescribeStream" else "555555555555.ddb" if own else "111111111111.ddb"
        tap.same(hosts(place, "-c", f"call {operation} {json.dumps(request)}"), [f"{host}.eu-west-1"], operation, request)


@tap.test("hosts: a proxy is asked as the AWS CLI asks it")
def _():
    cases = [
        ({}, True),
        ({"HTTPS_PROXY": None, "https_proxy": "URL"}, True),
        ({"https_proxy": "URL", "HTTPS_PROXY": "http://127.0.0.1:1"}, True),
        ({"https_proxy": ""}, False),
        ({"HTTPS_PROXY": None, "ALL_PROXY": "URL", "all_proxy": "URL", "http_proxy": "URL", "HTTP_PROXY": "URL"}, False),
        ({"no_proxy": ".amazonaws.com"}, False),
        ({"no_proxy": None, "NO_PROXY": "example.com,dynamodb.nowhere-7.amazonaws.com"}, False),
        ({"no_proxy": "other.amazonaws.com"}, True),
    ]
    for environment, asked in cases:
        place = outside(AWS_REGION="nowhere-7")  # whose host no name server knows
        place.environment.update({name: value and value.replace("URL", place.proxy.url)
                                  for name, value in environment.items()})
        tap.same(hosts(place, "-c", "tables"), ["dynamodb.nowhere-7"] if asked else [], environment)
    for environment, asked in (({"HTTP_PROXY": "URL"}, True), ({"HTTP_PROXY": "URL", "REQUEST_METHOD": "GET"}, False),
                               ({"http_proxy": "", "HTTP_PROXY": "URL"}, False), ({"ALL_PROXY": "URL"}, False),
                               ({"http_proxy": "URL", "no_proxy": "x, nowhere.invalid:81"}, False),
                               ({"http_proxy": "URL", "no_proxy": ".INVALID:81"}, False),
                               ({"http_proxy": "URL", "no_proxy": "nowhere.invalid:82,where.invalid:81"}, True)):
        place = Place("", KEYS, AWS_ENDPOINT_URL="http://nowhere.invalid:81", AWS_MAX_ATTEMPTS="1", no_proxy="")
        place.aws.know("AKIAFILE", "filesecret")
        place.environment.update({name: value.replace("URL", place.aws.url) for name, value in environment.items()})
        tap.check(place.run().status in (1, 3))
        tap.same(bool(place.aws.said), asked, environment)


def streaming():
    """A place whose tables and streams have endpoints of their own, with one record in a stream."""
    place = Place("", KEYS, AWS_ENDPOINT_URL=None)
    place.streams = server.Aws()
    for aws in (place.aws, place.streams):
        aws.know("AKIAFILE", "filesecret")
        aws.stream = STREAM
    place.environment.update(AWS_ENDPOINT_URL_DYNAMODB=place.aws.url, AWS_ENDPOINT_URL_DYNAMODB_STREAMS=place.streams.url)
    return place


def targets(aws):
    return [headers.get("X-Amz-Target") for _, _, headers, _ in aws.said]


@tap.test("hosts: call and tail ask for streams where streams are, as streams want it")
def _():
    place = streaming()
    done = place.pksk("-c", f"call DescribeStream {{StreamArn: \"{STREAM}\"}}", "-c", "call ListStreams {}",
                      "-c", "call SearchVectors {TableName: t}")
    tap.same(done.status, 0, done.err)
    tap.same(targets(place.streams), ["DynamoDBStreams_20120810.DescribeStream", "DynamoDBStreams_20120810.ListStreams"])
    tap.same(targets(place.aws), ["DynamoDB_20120810.SearchVectors"])
    place = streaming()
    done = place.pksk("-c", "tail tab from start limit 1")
    tap.same(done.status, 0, done.err)
    tap.same(json.loads(done.out)["keys"], {"pk": "a"})
    tap.same(sorted(set(targets(place.streams))), [f"DynamoDBStreams_20120810.{name}" for name in
                                                   ("DescribeStream", "GetRecords", "GetShardIterator")])
    tap.same(set(targets(place.aws)), {"DynamoDB_20120810.DescribeTable"})
    for _, _, headers, _ in place.streams.said + place.aws.said:
        tap.check("/eu-west-1/dynamodb/aws4_request" in headers["Authorization"], headers)


@tap.test("hosts: a services section names the one for streams, and the option the one for all")
def _():
    place = streaming()
    place.write(".aws/config", "[default]\nservices = s\n[services s]\ndynamodb =\n"
                f"  endpoint_url = {place.aws.url}\ndynamodb_streams =\n  endpoint_url = {place.streams.url}\n")
    place.environment.update(AWS_ENDPOINT_URL_DYNAMODB=None, AWS_ENDPOINT_URL_DYNAMODB_STREAMS=None)
    done = place.pksk("-c", "tail tab from start limit 1")
    tap.same(done.status, 0, done.err)
    tap.check(place.streams.said and targets(place.aws) == ["DynamoDB_20120810.DescribeTable"], targets(place.aws))
    place = streaming()
    done = place.pksk("--endpoint-url", place.aws.url, "-c", "tail tab from start limit 1")
    tap.same(done.status, 0, done.err)
    tap.same(place.streams.said, [])


@tap.test("hosts: an endpoint that is given stands over FIPS and dual-stack, as for the AWS CLI")
def _():
    for more in ({"AWS_USE_FIPS_ENDPOINT": "true"}, {"AWS_USE_DUALSTACK_ENDPOINT": "true"}, {"AWS_REGION": "us-east-1-fips"}):
        place = Place("", KEYS, **more)
        place.aws.know("AKIAFILE", "filesecret")
        place.sees("AKIAFILE")
        place.environment["AWS_ENDPOINT_URL"] = None
        place.sees("AKIAFILE", "--endpoint-url", place.aws.url)
        tap.check(f"/{more.get('AWS_REGION', 'eu-west-1').removesuffix('-fips')}/" in place.aws.said[-1][2]["Authorization"])


@tap.test("hosts: STS of the region, whatever sts_regional_endpoints says, as for the AWS CLI")
def _():
    place = outside(AWS_PROFILE="r")
    place.write(".aws/config", ROLE + "sts_regional_endpoints = legacy\n")
    tap.same(hosts(place, "-c", "tables"), ["sts.eu-west-1"])


@tap.test("hosts: an account id matters where it becomes a host name, and there it has to be one")
def _():
    place = Place("", KEYS + "aws_account_id = my account\n")
    place.aws.know("AKIAFILE", "filesecret")
    place.sees("AKIAFILE")
    place.environment["AWS_ENDPOINT_URL"] = None
    place.fails(2, 'the credentials\' account id "my account" cannot be one')
