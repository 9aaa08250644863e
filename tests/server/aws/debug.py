"""--debug: what it shows, and that no secret of any source is in it, nor in any other message."""
import json
import re

import server
import tap
import terminal
import world
from order import CHAIN, everything, take_away
from place import KEYS, ROLE, SSO, TIME, Place, dpop_key, login_token, sha1, sso_token

# What the tests' own files hold and the server hands out, however it is written.
SECRET = re.compile("|".join([r"secret/of", r"secret%2Fof", r"token/of", r"token%2Fof", r"oldsecret", r"oldtoken",
                              r"(env|base|file|proc|conf|ec2|boto)secret", r"let me in", r"\bgood\b", r"eyJ",
                              r"refresh-one", r"\"first\"", r"\"second\"", r"client-secret", r"\bsession-of-instance\b",
                              r"PRIVATE KEY", r"Signature=(?!\*)", r"pr0xy", r"654321"]))


def check_clean(done, *about):
    said = done.err.decode("utf-8", "replace")
    found = SECRET.search(said)
    tap.check(not found, *about, found and found.group(0), said)
    return said


@tap.test("debug: no secret of any source, and not when it is renewed either")
def _():
    place = everything()
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(
        60, clientId="c", clientSecret="client-secret", refreshToken="refresh-one",
        registrationExpiresAt=server.at(9999).strftime(TIME)))
    login_token(place, 10)
    place.aws.token_of_instance = "session-of-instance"
    for key, name, needs in CHAIN:
        done = place.pksk("--debug", "-c", "tables", "-c", "whoami", "-c", "connect region eu-west-1", "-c", "tables")
        tap.same(done.status, 0, name, done.err)
        if name != "login session":
            tap.check(f"seen-{key}".encode() in done.out, name, done.out)
        said = check_clean(done, name)
        tap.check("canonical: x-amz-target:DynamoDB_20120810.ListTables\n" in said, said)
        take_away(place, needs)
    tap.check(place.aws.asked("POST /token") and place.aws.asked("POST /v1/token"), "nothing was renewed")
    tap.check(dpop_key().splitlines()[1] not in said)


@tap.test("debug: the answer is shown, and what it quotes of the request is not")
def _():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    said = check_clean(place.sees("ASIAROLE1", "--debug"))
    tap.check('  answer: {"TableNames": ["seen-ASIAROLE1"]}\n' in said, said)
    tap.check(re.search(r"ListTables attempt 1 ← HTTP 200, 34 bytes, first after [\d.]+ ms, all after [\d.]+ ms", said), said)
    tap.check(re.search(r"^POST http\S+/: HTTP 200, \d+ bytes \([\d.]+ ms\)$", said, re.M), said)
    nobody = Place(ROLE, KEYS, AWS_PROFILE="r", AWS_ENDPOINT_URL_STS="http://127.0.0.1:1", AWS_MAX_ATTEMPTS="2")
    said = check_clean(nobody.pksk("--debug", "-c", "tables"))
    tap.same(len(re.findall(r"^POST http://127.0.0.1:1/: .*127.0.0.1:1.* \([\d.]+ ms\)$", said, re.M)), 2, said)
    quoted = "should have been\n'POST\n/\n\nhost:x\nx-amz-security-token:token/of+ASIAROLE1==\n\n' token/of+ASIAROLE1== secret/of+ASIAROLE1"
    place.aws.answers["ListTables"] = 2 * [(400, json.dumps({"__type": "InvalidSignatureException", "message": quoted}))]
    for words in ((), ("--debug",)):
        done = place.pksk(*words, "-c", "tables")
        tap.check("x-amz-security-token:*** " in check_clean(done), done.err)
        tap.same(done.status, 3, done.err)
    place = Place(ROLE, KEYS + "aws_session_token = token/of+FILE\n", AWS_PROFILE="r")
    place.aws.answers["AssumeRole"] = [server.Aws.error("SignatureDoesNotMatch", "not token/of+FILE, not filesecret")]
    tap.check("STS refused AssumeRole: SignatureDoesNotMatch: not ***, not ***" in check_clean(place.pksk("-c", "tables")))


@tap.test("debug: a long answer is shown as far as its first 4000 bytes")
def _():
    place = Place("", KEYS)
    place.aws.know("AKIAFILE", "filesecret")
    place.aws.answers["ListTables"] = [(200, json.dumps({"TableNames": ["ä" * 60 for _ in range(100)]}, ensure_ascii=False))]
    said = place.pksk("--debug", "-c", "tables").err.decode()
    shown = re.search(r"^  answer: (.*)$", said, re.M).group(1)
    tap.check(3990 < len(shown.removesuffix("…").encode()) <= 4000 and shown.endswith("ä…"), shown[-40:])


@tap.test("debug: no password of a proxy")
def _():
    for name in ("http_proxy", "HTTPS_PROXY", "https_proxy"):
        for url in ("http://user:pr0xy@127.0.0.1:1", "http://user:pr0xy@nowhere.invalid:8080", "http://user:pr0xy@:x"):
            place = Place("", KEYS, AWS_ENDPOINT_URL="http://192.0.2.1" if name == "http_proxy" else None, no_proxy="",
                          AWS_MAX_ATTEMPTS="1", **{name: url})
            done = place.pksk("--debug", "-c", "tables")
            tap.check(done.status != 0, done.out)
            check_clean(done, name, url)


@tap.test("debug: no password of an endpoint, wherever it is given")
def _():
    url = "http://user:pr0xy@127.0.0.1:1/"
    for environment, words in (({"AWS_ENDPOINT_URL": url}, ()), ({"AWS_ENDPOINT_URL": None}, ("--endpoint-url", url)),
                               ({"AWS_ENDPOINT_URL_STS": url}, ("--profile", "r"))):
        place = Place(ROLE, KEYS, **environment)
        done = place.pksk("--debug", *words, "-c", "tables", "-c", f"connect endpoint {url}")
        tap.check(done.status in (2, 3), done.err)
        check_clean(done, environment, words)


@tap.test("debug: no MFA code")
def _():
    place = Place(ROLE + "mfa_serial = arn:aws:iam::123456789012:mfa/me\n", KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    with terminal.Terminal([world.PKSK, "--no-config", "--debug", "-c", "tables"], env=place.set()) as t:
        t.wait_for("Enter MFA code for arn:aws:iam::123456789012:mfa/me:")
        t.type("654321\n")
        tap.same(t.wait_for_end(), 0, t.text())
        tap.check("seen-ASIAROLE1" in t.text() and not SECRET.search(t.text()), t.text())


@tap.test("debug: a sign-in that has to be renewed and cannot")
def _():
    place = Place(SSO, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(
        -60, clientId="c", clientSecret="client-secret", refreshToken="refresh-one",
        registrationExpiresAt=server.at(9999).strftime(TIME)))
    place.aws.answers["/token"] = [(400, '{"error":"invalid_grant","error_description":"refresh-one is old"}')]
    place.fails(3, "has expired", "`aws sso login --profile s`", words=("--debug",))
    check_clean(place.pksk("--debug", "-c", "tables"))
