"""What the tests against a local DynamoDB share: its port, databases, data, and how pksk is run.

Databases never meet. With Dynoxide each one is a server of its own, started by whoever asks for it first; with
DynamoDB Local (PKSK_TEST_ENGINE=dynamodb-local) it is an access key, which pksk gets by the environment. The
shop and the players are loaded once for all programs of a run, and only read.
"""
import json
import os
import subprocess
import sys
import threading
import time

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(TOP, "tests/shop"))

import dynamo  # noqa: E402
import generate  # noqa: E402
import localdb  # noqa: E402

PKSK = os.environ.get("PKSK") or os.path.join(TOP, "build/pksk")
PKSK_PLAIN = os.environ.get("PKSK_PLAIN") or PKSK
PLAYERS = os.path.join(TOP, "tests/shop/players/game-players.jsonl")
LIMIT = 300

# One for all who only read: their ports are in the environment when tests/lib/runner.py has started them.
DATA = ("shop", "players")
ENGINE = os.environ.get("PKSK_TEST_ENGINE") or localdb.default_engine()

_servers = {}
_lock = threading.Lock()


def variable(database):
    """The name in the environment that a database's port has."""
    return "PKSK_TEST_PORT" + (f"_{database.upper()}" if ENGINE == "dynoxide" else "")


def port(database="tests"):
    """Of the run's server, or of one of our own, which is started when it is asked for."""
    name = variable(database)
    with _lock:
        if name in os.environ and (database in DATA or ENGINE != "dynoxide"):
            return int(os.environ[name])
        if name not in _servers:
            _servers[name] = localdb.Server(ENGINE).start()
        return _servers[name].port


def client(database):
    return dynamo.Client(port(database), database)


def players():
    """The items of the players' file, typed."""
    with open(PLAYERS, encoding="utf-8") as file:
        return [{name: typed(value) for name, value in json.loads(line, parse_float=Number, parse_int=Number).items()}
                for line in file]


class Number(str):
    """A JSON number as the text that it was."""


def typed(value):
    if isinstance(value, Number):
        return {"N": str(value)}
    if isinstance(value, bool):
        return {"BOOL": value}
    if value is None:
        return {"NULL": True}
    if isinstance(value, list):
        return {"L": [typed(element) for element in value]}
    if isinstance(value, dict):
        return {"M": {name: typed(element) for name, element in value.items()}}
    return {"S": value}


def load(database):
    """Makes sure that a database has its data, whichever program comes first. The table "loaded", made
    last, says that all is there; making the other one is the lock."""
    there = client(database)
    tables = there.call("ListTables", {})["TableNames"]
    if "loaded" in tables:
        return
    try:
        if database == "shop":
            there.create_shop(items=generate.shop())
        else:
            there.create("players", "PK", "SK")
            there.put_all("players", players())
    except dynamo.ServiceError as problem:
        if problem.code != "ResourceInUseException":
            raise
        end = time.monotonic() + LIMIT
        while "loaded" not in there.call("ListTables", {})["TableNames"]:
            if time.monotonic() > end:
                raise SystemExit(f"the database {database} was never loaded")
            time.sleep(0.05)
        return
    there.create("loaded", "pk")


def environment(database="tests", home=None, **more):
    """No configuration of the machine's, and only what a user of that database would have set."""
    mine = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "XDG_")) and name not in ("PAGER", "EDITOR", "VISUAL", "NO_COLOR", "REQUESTS_CA_BUNDLE")}
    mine.update(AWS_ACCESS_KEY_ID=database, AWS_SECRET_ACCESS_KEY="nothing", AWS_REGION="us-east-1",
                AWS_EC2_METADATA_DISABLED="true", LC_ALL="C.UTF-8")
    mine.update(more)
    if home:
        mine["HOME"] = home
    return mine


def url(database="tests"):
    return f"http://127.0.0.1:{port(database)}"


def endpoint(database="tests"):
    return ["--endpoint-url", url(database)]


class Done:
    def __init__(self, status, out, err):
        self.status, self.out, self.err = status, out, err


def run(words, stdin=b"", env=None, cwd=None, program=None, limit=LIMIT):
    """pksk with these arguments: its status and all that it wrote, as bytes."""
    done = subprocess.run([program or PKSK, *words], input=stdin, capture_output=True, timeout=limit,
                          env=env or environment(), cwd=cwd)
    return Done(done.returncode, done.stdout, done.stderr)
