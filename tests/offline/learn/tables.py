"""Tables made for what learners fall into: each a generator of items in DynamoDB's typed JSON, always the same ones."""
import json
import os
import random
import uuid

PLAYERS = os.path.join(os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))),
                       "shop/players/game-players.jsonl")
ALL = []
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def table(*indexes):
    def register(function):
        function.indexes = list(indexes)
        ALL.append(function)
        return function
    return register


def typed(value):
    if isinstance(value, bool):
        return {"BOOL": value}
    if isinstance(value, (int, float)):
        return {"N": str(value)}
    if isinstance(value, list):
        return {"L": [typed(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {name: typed(element) for name, element in value.items()}}
    return {"S": value}


def item(pk, sk, **more):
    return {"pk": {"S": pk}, "sk": {"S": sk}, **{name: typed(value) for name, value in more.items()}}


def players():
    with open(PLAYERS, encoding="utf-8") as file:
        for line in file:
            yield {name: typed(value) for name, value in json.loads(line).items()}


def dice(seed):
    return random.Random(seed)


def an_uuid(d):
    return str(uuid.UUID(int=d.getrandbits(128), version=4))


def an_ulid(d):
    return "01" + "".join(d.choice(CROCKFORD) for _ in range(24))


def a_date(d):
    return f"202{d.randrange(3, 7)}-{d.randrange(1, 13):02d}-{d.randrange(1, 29):02d}"


def a_moment(d):
    return f"{a_date(d)}T{d.randrange(24):02d}:{d.randrange(60):02d}:{d.randrange(60):02d}Z"


@table(("gsi1", ["gsi1pk", "gsi1sk"]))
def tenants():
    """Ids with beginnings, uuids whose first group is all digits, sparse index."""
    d = dice(1)
    for _ in range(30):
        org = "org_" + an_uuid(d)
        yield item(f"TENANT#{org}", "#META", name="A", plan=d.choice(["free", "pro"]), seats=d.randrange(50))
        for _ in range(6):
            user = "org_12345678-" if d.random() < 0 else "usr_" + an_uuid(d)
            yield item(f"TENANT#{org}", f"USER#{user}", email=f"u{d.randrange(9999)}@example.com", role="admin",
                       gsi1pk=user, gsi1sk=f"TENANT#{org}")
        for _ in range(5):
            at = a_moment(d)
            yield item(f"TENANT#{org}", f"EVENT#{at}#{an_ulid(d)}", at=at, kind="click", ip="192.0.2.1")


@table()
def payments():
    """Ids in the manner of Stripe, without any delimiter but their own."""
    d = dice(2)
    letters = "abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ0123456789"
    def an_id(kind):
        return f"{kind}_{''.join(d.choice(letters) for _ in range(14))}"
    for _ in range(60):
        customer = an_id("cus")
        yield item(customer, customer, email=f"c{d.randrange(10**6)}@example.com", currency="eur")
        for _ in range(3):
            yield item(customer, an_id("ch"), amount=d.randrange(10000), status=d.choice(["paid", "open", "failed"]))
        yield item(customer, an_id("pm"), brand=d.choice(["visa", "amex"]), last4=str(d.randrange(1000, 9999)))


@table()
def sensors():
    """A date and a padded number in the key, numbers as ids, and a configuration of one item."""
    d = dice(3)
    yield item("CONFIG", "GLOBAL", interval=60, retention=90)
    for sensor in range(1, 26):
        yield item(f"sensor/{sensor:04d}", "meta", model=d.choice(["TX1", "TX2"]), site="north")
        for _ in range(12):
            day = a_date(d)
            yield item(f"sensor/{sensor:04d}", f"reading/{day}/{d.randrange(24):02d}", value=d.random(), day=day)


@table(("GSI1", ["GSI1PK", "GSI1SK"]))
def social():
    """followers and following, posts of three kinds that only a type tells apart, lower-case names."""
    d = dice(4)
    names = [f"{a}{b}" for a in ("Ann", "Bo", "Chi", "Dan", "Eve", "Finn") for b in ("Lee", "Kim", "Ray", "Sol")]
    for name in names:
        yield item(f"u#{name.lower()}", "profile", type="user", username=name, bio="x")
        for other in d.sample(names, 4):
            yield item(f"u#{name.lower()}#follower", other.lower(), type="follower")
            yield item(f"u#{name.lower()}#following", other.lower(), type="following")
        for kind in ("photo", "video", "text"):
            post = an_ulid(d)
            yield item(f"u#{name.lower()}", f"post#{post}", type=kind, post_id=post, GSI1PK="POST", GSI1SK=post)


@table()
def documents():
    """URLs and free text in keys; one template for each, not one for each number of words."""
    d = dice(5)
    words = "the quick brown fox jumps over a lazy dog and runs".split()
    for n in range(80):
        url = f"https://example.com/{d.choice(words)}/{d.choice(words)}-{n}"
        yield item(f"PAGE#{url}", "LATEST", title=" ".join(d.sample(words, d.randrange(2, 6))), status=d.choice(["200", "404"]))
        for _ in range(d.randrange(3)):
            yield item(f"PAGE#{url}", f"NOTE#{' '.join(d.sample(words, d.randrange(2, 6)))}", author="x", stars=d.randrange(5))


@table()
def flights():
    """Airport codes look like words and are an attribute's values."""
    d = dice(6)
    airports = ["LIS", "OPO", "FRA", "MUC", "OSL", "ARN", "JFK", "SFO", "HND", "KIX"]
    for code in airports:
        yield item(f"AIRPORT#{code}", "INFO", code=code, city="x", runways=2)
    for n in range(150):
        a, b = d.sample(airports, 2)
        day = a_date(d)
        yield item(f"AIRPORT#{a}", f"DEP#{day}#{b}#{n:05d}", origin=a, destination=b, day=day, number=n)
