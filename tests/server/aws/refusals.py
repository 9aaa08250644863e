"""What each source of credentials may answer instead: the message, the exit status, no secret in it, and that
the next statement of the same session fares better.
"""
import copy
import json
import os
import signal
import subprocess

import server
import tap
import world
from waiting import until
from place import KEYS, LOGIN, ROLE, SSO, SSO_LEGACY, Place, instance_place, login_token, sha1, sso_token

TEXT = "secret/of+X"  # in every wrong answer: it must not be seen


class Source:
    """One that answers over HTTP: how to get there, and what a good answer looks like."""

    def __init__(self, slot, make, good, names, what, loose=()):
        self.slot, self.make, self.good, self.names = slot, make, good, names
        self.what = what            # the message says of it
        self.loose = loose          # members that may be missing


def role():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    return place


def web():
    place = Place(AWS_ROLE_ARN="arn:aws:iam::123456789012:role/w")
    place.write("token", "eyJ")
    place.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = os.path.join(place.home, "token")
    return place


def portal():
    place = Place(SSO, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    return place


def legacy():
    place = Place(SSO_LEGACY, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('https://x.awsapps.com/start')}.json", sso_token(3600))
    return place


def oidc():
    """The sign-in holds no longer, so that its renewal has to succeed."""
    place = Place(SSO, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('here')}.json",
                sso_token(-60, accessToken="old", clientId="c", clientSecret="cs", refreshToken="first",
                          registrationExpiresAt=server.at(86400).strftime(server.TIME)))
    return place


def login():
    place = Place(LOGIN)
    login_token(place, 60)
    return place


def container():
    place = Place(AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in")
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
    return place


def sts_answer(action):
    return {f"{action}Response": {f"{action}Result": {
        "Credentials": {"AccessKeyId": "ASIAX", "SecretAccessKey": TEXT, "SessionToken": "token/of+X",
                        "Expiration": 4e9},
        "AssumedRoleUser": {"Arn": "arn:aws:sts::123456789012:assumed-role/x/y", "AssumedRoleId": "A:x"}}}}


ROLES_CREDENTIALS = {"accessKeyId": "ASIAX", "secretAccessKey": TEXT, "sessionToken": "token/of+X"}
HANDED_OUT = {"AccessKeyId": "ASIAX", "SecretAccessKey": TEXT, "Token": "token/of+X",
              "Expiration": "2096-01-01T00:00:00Z"}
BIG_NAMES = ("AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration")
SMALL_NAMES = ("accessKeyId", "secretAccessKey", "sessionToken", "expiration")

SOURCES = {
    "an assumed role": Source("AssumeRole", role, sts_answer("AssumeRole"), BIG_NAMES, "STS"),
    "a web identity": Source("AssumeRoleWithWebIdentity", web, sts_answer("AssumeRoleWithWebIdentity"), BIG_NAMES,
                             "STS"),
    "IAM Identity Center": Source("/federation/credentials", portal,
                                  {"roleCredentials": {**ROLES_CREDENTIALS, "expiration": 4000000000000}}, SMALL_NAMES,
                                  "IAM Identity Center"),
    "IAM Identity Center of old": Source("/federation/credentials", legacy,
                                         {"roleCredentials": {**ROLES_CREDENTIALS, "expiration": 4000000000000}},
                                         SMALL_NAMES, "IAM Identity Center"),
    "a sign-in's renewal": Source("/token", oidc, {"accessToken": TEXT, "expiresIn": 28800},
                                  ("accessToken", "accessToken", "accessToken", "expiresIn"),
                                  "aws sso login --profile s"),
    "a login session": Source("/v1/token", login,
                              {"accessToken": ROLES_CREDENTIALS, "refreshToken": "second", "expiresIn": 900},
                              ("accessKeyId", "secretAccessKey", "sessionToken", "expiresIn"), "the sign-in service"),
    "a container": Source("/container", container, HANDED_OUT, ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"),
                          "the container's credential service", loose=("Token", "Expiration")),
    "an instance": Source("/latest/meta-data/iam/security-credentials/the-role", instance_place, HANDED_OUT,
                          ("AccessKeyId", "SecretAccessKey", "Token", "Expiration"), "no credentials: "),
}


def changed(value, name, to):
    """A copy in which the member of that name, wherever it is, has another value; … takes it out."""
    if not isinstance(value, dict):
        return value
    return {key: to if key == name and not isinstance(content, dict) else changed(content, name, to)
            for key, content in value.items() if not (key == name and to is ...)}


def wrong_answers(source):
    key, secret, token, end = source.names
    good = source.good
    yield "nothing", (200, "")
    yield "no JSON", (200, f"<html>{TEXT}</html>")
    yield "half of it", (200, json.dumps(good)[:-9])
    yield "a list", (200, json.dumps([good]))
    yield "too deep", (200, "[" * 100 + json.dumps(TEXT) + "]" * 100)
    yield "too long", (200, json.dumps({**good, "more": "x" * 2000000}))
    for name in dict.fromkeys((key, secret, token, end)):
        if name not in source.loose:
            yield f"no {name}", (200, json.dumps(changed(good, name, ...)))
            yield f"{name} is null", (200, json.dumps(changed(good, name, None)))
        if name != end:
            yield f"{name} is a number", (200, json.dumps(changed(good, name, 12345)))
            yield f"{name} is a list", (200, json.dumps(changed(good, name, [TEXT])))
    yield "a key for two lines", (200, json.dumps(changed(good, key, "ASIA\r\nX-Evil: " + TEXT)))
    yield "a token for a terminal", (200, json.dumps(changed(good, token, "\x1b[31m" + TEXT)))
    yield "an end that is none", (200, json.dumps(changed(good, end, "soon")))
    yield "another status", (403, json.dumps(good))


def refuse(name):
    source = SOURCES[name]
    for what, answer in wrong_answers(source):
        place = source.make()
        long = what == "too long"  # which may be an accident on the way: all attempts get it
        place.aws.answers[source.slot] = (1 if name == "an instance" else 3) * [answer] if long else [answer]
        done = place.pksk("--keep-going", "-c", "tables", "-c", "tables")
        said = done.err.decode("utf-8", "replace")
        about = f"{name}, {what}:"
        tap.same(done.status, 3, about, said)
        want = "127.0.0.1" if long and name not in ("an instance", "a sign-in's renewal") else source.what
        tap.check(want in said, about, f"want {want!r} in:", said)
        tap.check("secret/of" not in said and "token/of" not in said and "\x1b" not in said, about, said)
        if name != "a sign-in's renewal":  # which is tried once a minute
            tap.check(b"seen-ASIA" in done.out, about, "what followed failed, too:", done.out, said)
        tap.check(not place.aws.answers[source.slot], about, "it was not asked")


for each in SOURCES:
    tap.test(f"{each}: answers that make no sense")(lambda each=each: refuse(each))


@tap.test("every source: a service that stumbles once is asked again")
def _():
    for name, source in SOURCES.items():
        if name == "an instance":  # one attempt, as the AWS CLI has it
            continue
        place = source.make()
        place.aws.answers[source.slot] = [(500, TEXT)]
        place.sees("ASIA")
    place = instance_place(AWS_METADATA_SERVICE_NUM_ATTEMPTS="2")
    place.aws.answers["/latest/api/token"] = [(503, "")]
    place.sees("ASIAIMDS1")


# ---- credential_process ----

GOOD = {"Version": 1, "AccessKeyId": "AKIAPROC", "SecretAccessKey": TEXT, "SessionToken": "token/of+X",
        "Expiration": "2096-01-01T00:00:00Z", "AccountId": "123456789012"}


def process(*lines):
    """A place whose credential_process is a shell script of those lines."""
    place = Place("[default]\ncredential_process = sh HOME/script\n")
    place.aws.know("AKIAPROC", TEXT, "token/of+X")
    place.write("script", "\n".join(lines) + "\n")
    return place


def says(value):
    return "cat <<'END'\n" + (value if isinstance(value, str) else json.dumps(value)) + "\nEND"


@tap.test("credential_process: answers that make no sense")
def _():
    answer = "the answer of credential_process"
    cases = [
        (says(GOOD), "", 0),
        (says({**GOOD, "SessionToken": "token/of+X", "More": [1, {"a": None}]}), "", 0),
        ("echo warning >&2; " + says(GOOD), "warning", 0),
        (says({**GOOD, "Expiration": None}), "", 0),
        ("true", f"{answer} is not a JSON object", 3),
        (says(TEXT), f"{answer} is not a JSON object", 3),
        (says([GOOD]), f"{answer} is not a JSON object", 3),
        (says(GOOD) + "\necho more", f"{answer} is not a JSON object", 3),
        (says(changed(GOOD, "Version", ...)), "has no Version 1, the only one there is", 3),
        (says({**GOOD, "Version": "1"}), "has no Version 1, the only one there is", 3),
        (says({**GOOD, "Version": 2}), "has no Version 1, the only one there is", 3),
        (says(changed(GOOD, "AccessKeyId", ...)), f"{answer} has no AccessKeyId", 3),
        (says({**GOOD, "SecretAccessKey": ["x"]}), f"{answer} has no SecretAccessKey", 3),
        (says({**GOOD, "SessionToken": 7}), f"{answer} has no SessionToken that is text", 3),
        (says({**GOOD, "Expiration": "tomorrow"}), f"{answer} has no Expiration that is a time", 3),
        (says({**GOOD, "Expiration": "2020-01-01T00:00:00Z"}), "expired at 2020-01-01T00:00:00Z", 3),
        (says({**GOOD, "Expiration": "1970-01-01T00:00:00Z"}), "expired at 1970-01-01T00:00:00Z", 3),
        (says({**GOOD, "AccessKeyId": "AKIA\u0007X"}), "holds a blank or another character", 3),
        (says({**GOOD, "AccountId": "../../x"}), "", 0),
        ("yes | head -c 10000000", "prints far too much", 3),
        (says(GOOD) + "\nexit 4", "failed with status 4", 3),
        (says(GOOD) + "\nkill -KILL $$", "was killed by signal 9", 3),
    ]
    for script, want, status in cases:
        place = process(script)
        done = place.run()
        said = done.err.decode("utf-8", "replace")
        tap.same(done.status, status, script[:200], said)
        tap.check(want in said, script[:200], f"want {want!r} in:", said)
        tap.check("secret/of" not in said and "token/of" not in said and "\x07" not in said, said)
        tap.check((b"seen-AKIAPROC" in done.out) == (status == 0), done.out)
    place = Place("[default]\ncredential_process = HOME/none\n")
    place.fails(3, "none) cannot be started: No such file or directory", "run that command by itself")
    place = Place("[default]\ncredential_process = sh 'open\n")
    place.fails(3, "has an open quote or is empty")


@tap.test("credential_process: Ctrl-C ends it however stubborn it is")
def _():
    for script in ("exec sleep 1000",                                      # never says anything
                   "exec sleep 1000 >&-",                                  # has closed its output
                   "trap '' INT TERM; while :; do sleep 0.1; done",      # hears nothing
                   "echo '{'; exec sleep 1000"):                           # has begun
        place = process("echo $$ >~/pid", script)
        child = subprocess.Popen([world.PKSK, "--no-config", "--keep-going", "-c", "tables", "-c", "help exit"],
                                 env=place.set(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        path = os.path.join(place.home, "pid")
        until(lambda: os.path.exists(path) and os.path.getsize(path), "the process")
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=world.LIMIT)
        tap.same(child.returncode, 130, script, said)
        with open(path, encoding="utf-8") as file:
            pid = int(file.read())
        tap.check(not os.path.exists(f"/proc/{pid}"), script, "it is still there")
