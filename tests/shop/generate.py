#!/usr/bin/python3
"""Prints the sample shop's items, one a line, in DynamoDB's typed JSON; always the same ones.

    tests/shop/generate.py > shop.jsonl
    tests/shop/generate.py --items 100000 > big.jsonl      at least so many, in the same shape

Some partitions are written by hand, because the documentation and the tests speak of them: USER#42,
USER#7 and everything awkward().
"""
import base64
import json
import random
import sys

ORDERS = 1600
USERS = 200
FIRST_ORDER = 1001
NAMES = ["Ann", "Bo", "Chidi", "Dana", "Emre", "Fatima", "Goran", "Hana", "Ines", "Jun", "Kofi", "Lena",
         "Mei", "Noor", "Oskar", "Priya", "Quinn", "Rosa", "Søren", "Tariq", "Uma", "Vera", "Wei", "Ximena",
         "Yusuf", "Zoë"]
FAMILIES = ["Abe", "Berg", "Costa", "Diaz", "Evans", "Fischer", "García", "Haddad", "Ito", "Jensen",
            "Khan", "Lindqvist", "Møller", "Nagy", "Okafor", "Petrov", "Rossi", "Silva", "Tanaka", "Weiß"]
CITIES = [("Lisbon", "PT"), ("Łódź", "PL"), ("München", "DE"), ("Osaka", "JP"), ("Porto Alegre", "BR"),
          ("Reykjavík", "IS"), ("Springfield", "US"), ("Zürich", "CH")]
GOODS = ["anvil", "blanket", "candle", "doormat", "envelope", "flask", "globe", "hammock", "inkwell",
         "jigsaw", "kettle", "lantern", "mirror", "notebook", "oven glove", "pillow", "quilt", "rope",
         "saucepan", "teapot", "umbrella", "vase", "whistle", "yoyo", "zither"]
STATUSES = ["ACTIVE", "SHIPPED", "SHIPPED", "DELIVERED", "DELIVERED", "DELIVERED", "RETURNED", "CANCELLED"]
WORDS = ("please leave the parcel with the neighbours on the left side of the yard and ring twice because "
         "the bell is old and the dog is loud but friendly thank you").split()
DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]


class Dice:
    """A seeded generator that uses nothing but random(), whose sequence no Python version changes."""

    def __init__(self, seed):
        self.random = random.Random(seed).random

    def below(self, n):
        return int(self.random() * n)

    def one_of(self, things):
        return things[self.below(len(things))]


def text(value):
    return {"S": value}


def number(value):
    return {"N": str(value)}


def binary(value):
    return {"B": base64.b64encode(value).decode()}


def price(cents):
    """12.5 and 7, as DynamoDB itself would write them: without closing noughts."""
    whole, rest = divmod(cents, 100)
    return number(f"{whole}.{rest:02d}".rstrip("0").rstrip("."))


def moment(date, dice):
    return f"{date}T{dice.below(24):02d}:{dice.below(60):02d}:{dice.below(60):02d}Z"


def a_date(dice):
    month = dice.below(12)
    return f"{2023 + dice.below(4)}-{month + 1:02d}-{1 + dice.below(DAYS[month]):02d}"


def address(dice):
    city, country = dice.one_of(CITIES)
    return {"M": {"street": text(f"{1 + dice.below(400)} {dice.one_of(FAMILIES)} Street"), "city": text(city),
                  "country": text(country), "zip": text(f"{10000 + dice.below(89999)}")}}


def user(n, dice):
    name, family = dice.one_of(NAMES), dice.one_of(FAMILIES)
    item = {"pk": text(f"USER#{n}"), "sk": text("PROFILE"), "name": text(f"{name} {family}"),
            "created_at": text(moment(a_date(dice), dice)), "address": address(dice),
            "visits": number(dice.below(500))}
    if n % 3:  # email-index is sparse
        item["email"] = text(f"user{n}@example.com")
    if n % 5 == 0:
        item["tags"] = {"SS": ["gold", "newsletter"][:1 + dice.below(2)]}
    if n % 7 == 0:
        item["newsletter"] = {"BOOL": dice.below(2) == 1}
    return item


def ann():
    return {"pk": text("USER#42"), "sk": text("PROFILE"), "email": text("ann@example.com"),
            "created_at": text("2024-01-02T03:04:05Z"), "tags": {"SS": ["gold", "newsletter"]}}


def session(n, dice):
    token = "".join(dice.one_of("0123456789abcdef") for _ in range(16))
    return {"pk": text(f"USER#{n}"), "sk": text(f"SESSION#{token}"), "expires_at": number(4102444800 + n),
            "agent": text(dice.one_of(["browser", "phone", "kiosk"]))}


def order(number_, owner, date, status, cents, dice):
    lines = [dice.one_of(GOODS) for _ in range(1 + dice.below(4))]
    item = {"pk": text(f"USER#{owner}"), "sk": text(f"ORDER#{number_}"), "status": text(status),
            "total": price(cents), "gsi1pk": text("ORDER"), "gsi1sk": text(f"{date}#{number_}")}
    if number_ not in BY_HAND:
        item["address"] = address(dice)
        item["placed_at"] = text(moment(date, dice))
        item["note"] = text(" ".join(dice.one_of(WORDS) for _ in range(40 + dice.below(220))))
        item["lines"] = {"L": [text(line) for line in lines]}
    goods = [{"pk": text(f"ORDER#{number_}"), "sk": text(f"ITEM#{place}"), "product": text(line),
              "quantity": number(1 + dice.below(5)), "price": price(100 + dice.below(20000)),
              "gift": {"BOOL": dice.below(10) == 0}}
             for place, line in enumerate(lines, 1)]
    return [item] + goods


# number: (owner, date, status, cents)
BY_HAND = {
    1001: (42, "2024-01-02", "ACTIVE", 1250),
    1002: (7, "2024-02-11", "SHIPPED", 700),
    1003: (42, "2024-05-30", "DELIVERED", 9900),
    1017: (42, "2025-03-08", "ACTIVE", 4205),
}


def awkward():
    """What breaks a careless reader, printer or parser."""
    pk = text("AWKWARD")
    yield {"pk": pk, "sk": text("every type"), "s": text("text"), "n": number("1.5"), "b": binary(b"\0\xff\x10"),
           "bool": {"BOOL": True}, "no": {"BOOL": False}, "null": {"NULL": True}, "ss": {"SS": ["a", "b"]},
           "ns": {"NS": ["1", "2.5", "-3"]}, "bs": {"BS": [base64.b64encode(b).decode() for b in (b"a", b"\xfe")]},
           "l": {"L": [text("x"), number(1), {"L": []}, {"M": {}}, {"NULL": True}]},
           "m": {"M": {"deep": {"M": {"deeper": {"L": [{"M": {"deepest": {"BOOL": True}}}]}}}}}}
    yield {"pk": pk, "sk": text("numbers"), "nines": number("9" * 38),
           "fraction": number("0." + "1234567890" * 3 + "12345678"), "least": number("1E-130"),
           "most": number("9." + "9" * 37 + "E+125"), "below": number("-" + "9" * 38),
           "negative": number("-9." + "9" * 37 + "E+125"), "zero": number(0), "tenth": number("0.1"),
           "beyond double": number("9007199254740993"), "set": {"NS": ["9007199254740993", "9007199254740992"]}}
    yield {"pk": pk, "sk": text("empty"), "s": text(""), "b": binary(b""), "l": {"L": []}, "m": {"M": {}}}
    yield {"pk": pk, "sk": text("emoji 🛒👩‍👩‍👧‍👦é"), "wide": text("日本語テキスト"), "combining": text("e\u0301a\u0308"),
           "👍": text("thumbs")}
    yield {"pk": pk, "sk": text("right to left"), "hebrew": text("שלום עולם"), "arabic": text("مرحبا"),
           "override": text("abc\u202edef\u202c"), "isolate": text("x\u2067y\u2069z")}
    yield {"pk": pk, "sk": text("control"), "escape": text("\x1b[31mred\x1b[0m \x1b]0;title\x07"), "csi": text("\x9b31m"),
           "nul": text("a\0b"), "lines": text("one\ntwo\r\nthree\rfour\ttab"), "delete": text("x\x7fy"),
           "\x1b[7mname": text("an escape in a name")}
    yield {"pk": pk, "sk": text("names"), "odd name": number(1), "a.b": number(2), "a[0]": number(3),
           "#hash": number(4), ":colon": number(5), "select": number(6), "size": number(7), "1st": number(8),
           "-": number(9), "quo\"te": number(10), "`tick`": number(11), "UPPER": number(12), "upper": number(13)}
    for key in ["#METADATA#ann", "$cost", "a:b|c", "a/b=c", "two words", "it's", 'say "hi"', "comma, semi; colon:",
                "(round) [square]", "{curly}", "back\\slash", "`tick`", "-- dashes", "*", "star*", "between", "@at",
                "ünïcödé", "日本", "new\nline", "where", "42", "true", " blank ", "~", "<<x>>"]:
        yield {"pk": pk, "sk": text(key), "what": text("a key to be quoted")}
        yield {"pk": text(key), "sk": text(key), "what": text("two keys to be quoted")}
    yield {"pk": pk, "sk": text("large"), "text": text(("0123456789abcdef" * 64) * 390)}
    yield {"pk": pk, "sk": text("deep"), "m": nest(30)}


def nest(depth):
    return {"M": {"in": nest(depth - 1)}} if depth % 2 and depth > 1 else \
        {"L": [nest(depth - 1)]} if depth > 1 else text("bottom")


def shop(at_least=0):
    dice = Dice(20240102)
    yield ann()
    for n in range(1, USERS + 1):
        if n != 42:
            yield user(n, dice)
        if n % 4 == 0:
            yield session(n, dice)
    yield from awkward()
    written = 0
    count = 0
    while count < ORDERS or written < at_least:
        number_ = FIRST_ORDER + count
        count += 1
        # Partition 42 has the orders that are named above, and no other.
        owner = 1 + dice.below(USERS)
        made = (owner + (owner == 42), a_date(dice), dice.one_of(STATUSES), 100 + dice.below(50000))
        for item in order(number_, *BY_HAND.get(number_, made), dice):
            written += 1
            yield item


def main(words):
    at_least = int(words[1]) if words[:1] == ["--items"] else 0
    for item in shop(at_least):
        sys.stdout.write(json.dumps(item, ensure_ascii=False, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8", newline="\n")
    main(sys.argv[1:])
