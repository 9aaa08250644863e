"""The stream of every table of the misbehaving server: a shard that is over, its two children, and no more to come,
for it was switched off. Seven records, so that `tail from start` ends by itself.

    expirediterator   the second page of the first shard is refused once: its iterator has expired
    trimmedrecords    the same, for what it points to is gone: only the shard's last record is left
"""
TARGET = "DynamoDBStreams_20120810."
OPERATIONS = ("DescribeStream", "GetShardIterator", "GetRecords", "ListStreams")
SHARDS = {"root": (None, 1, 3), "left": ("root", 4, 5), "right": ("root", 6, 7)}  # parent, first, last record


def arn(table):
    return f"arn:aws:dynamodb:us-east-1:000000000000:table/{table}/stream/2026-01-01T00:00:00.000"


def table_of(request):
    """From what names the stream."""
    if "StreamArn" in request:
        return request["StreamArn"].split("/")[1]
    return request.get("ShardIterator", "").split(" ")[0]


def serve(operation, request, fault, attempt):
    """The answer's body, or the code of an error."""
    if operation == "DescribeStream":
        return describe(request)
    if operation == "GetShardIterator":
        return iterator(request, fault)
    if fault == "expirediterator" and attempt == 2:
        return "ExpiredIteratorException"
    if fault == "trimmedrecords" and attempt == 2:
        return "TrimmedDataAccessException"
    return records(request)


def describe(request):
    """A shard a page, the youngest first."""
    names = list(reversed(SHARDS))
    at = names.index(request["ExclusiveStartShardId"]) + 1 if "ExclusiveStartShardId" in request else 0
    parent, first, last = SHARDS[names[at]]
    shard = {"ShardId": names[at], "SequenceNumberRange": {"StartingSequenceNumber": str(first), "EndingSequenceNumber": str(last)}}
    if parent:
        shard["ParentShardId"] = parent
    stream = {"StreamStatus": "DISABLED", "StreamViewType": "NEW_AND_OLD_IMAGES", "Shards": [shard]}
    if at + 1 < len(names):
        stream["LastEvaluatedShardId"] = names[at]
    return {"StreamDescription": stream}


def iterator(request, fault):
    _, first, last = SHARDS[request["ShardId"]]
    kind = request["ShardIteratorType"]
    at = {"TRIM_HORIZON": first, "LATEST": last + 1}.get(kind) or int(request["SequenceNumber"]) + 1
    if fault == "trimmedrecords" and kind == "TRIM_HORIZON" and request["ShardId"] == "root" and trimmed(request):
        at = last
    return {"ShardIterator": f"{table_of(request)} {request['ShardId']} {at}"}


_asked = set()


def trimmed(request):
    """From the second time that a stream is asked for its oldest record on."""
    again = request["StreamArn"] in _asked
    _asked.add(request["StreamArn"])
    return again


def records(request):
    """One a page."""
    table, shard, at = request["ShardIterator"].split(" ")
    at, last = int(at), SHARDS[shard][2]
    answer = {"Records": []}
    if at <= last:
        keys = {"pk": {"S": "P"}, "sk": {"S": str(at)}}
        answer["Records"].append({"eventName": "INSERT", "dynamodb": {
            "ApproximateCreationDateTime": 1767322445, "Keys": keys, "NewImage": dict(keys, n={"N": str(at)}),
            "SequenceNumber": str(at), "SizeBytes": 9, "StreamViewType": "NEW_AND_OLD_IMAGES"}})
    if at < last:
        answer["NextShardIterator"] = f"{table} {shard} {at + 1}"
    return answer
