"""The AWS files' mistakes with file and line; whoami; connect, in scripts and at a prompt."""
import os
import re

import server
import tap
import terminal
import world
from place import KEYS, ROLE, SSO, Place, sha1, sso_token

TOKEN = f".aws/sso/cache/{sha1('here')}.json"

# ---- the AWS files ----


@tap.test("files: every kind of mistake is refused with file and line, and mended by mending that line")
def _():
    good = KEYS.replace("\n", "\nregion = eu-west-1\n", 1)
    mistakes = [
        ("x = 1\n", 1, "text before the first [section]"),
        (good + "\nno delimiter\n", 6, 'there is neither "=" nor ":" in this line'),
        (good + "= 1\n", 5, 'there is no name before "="'),
        (good + "[default]\n", 5, "the section [default] is there already"),
        (good + "Region = x\n", 5, "region is there twice in its section"),
        ("[DEFAULT]\nx = 1\n[DEFAULT]\nx = 2\n", 4, "x is there twice in its section"),
        ("\ufeff" + good, 1, "the file begins with a byte order mark"),
        (good + "[]\n", 5, 'there is neither "=" nor ":" in this line'),
        (good + "s3 =\n  a = b\n  c\n", 5, 'a line nested below s3 has no "="'),
    ]
    for name in ("config", "credentials"):
        for text, line, want in mistakes:
            place = Place()
            place.aws.know("AKIAFILE", "filesecret")
            path = os.path.join(place.home, ".aws", name)
            place.write(f".aws/{name}", text)
            place.fails(3, f"error: {path}:{line}: {want}\n", "the AWS CLI does not read this file either")
            tap.same(place.aws.said, [])
            place.write(f".aws/{name}", good)
            place.sees("AKIAFILE")
    place = Place("there", KEYS)
    with open(os.path.join(place.home, ".aws/config"), "wb") as file:
        file.write(b"[default]\nregion = \xff\n")
    place.fails(3, "config:2: this line is not UTF-8")
    place = Place(KEYS + "x = " + "y" * (5 << 20), "")
    place.fails(3, "is larger than")


@tap.test("files: what other SDKs read differently")
def _():
    cases = [("[default]\nregion = eu-west-1 # home\n", "config:2: what follows the blank and the comment sign"),
             ("[default]\nRegion = eu-west-1\n", "config:2: the name is read in lower case"),
             ("[default]\nregion : eu-west-1\n", "config:2: a colon ends the name"),
             ("[default]\n  region = eu-west-1\n", "config:2: this line is one of its own"),
             ("[default]\nregion = eu-west-1\n # c\n", "config:3: this is a comment"),
             ("[DEFAULT]\nregion = eu-west-1\n", "config:1: [DEFAULT] counts for all sections"),
             ("[profile default]\n[default]\nregion = eu-west-1\n", "config:2: [default] counts"),
             ("[ profile x]\n", "config:1: the blank belongs to the section's name"),
             ("[default] yes\n", "config:1: what follows the section's name is left out")]
    for text, want in cases:
        place = Place(text, KEYS, AWS_REGION="eu-west-1")
        place.aws.know("AKIAFILE", "filesecret")
        said = place.sees("AKIAFILE").err.decode()
        tap.check(want in said and said.count("\n") == 1, f"want {want!r} in:", said)
    place = Place("# c\n[default]\nregion=eu-west-1\n\n; c\ns3 =\n  a = b\n", KEYS)
    place.aws.know("AKIAFILE", "filesecret")
    tap.same(place.sees("AKIAFILE").err, b"")


@tap.test("files: a services section, and what stands in it, reach the endpoint")
def _():
    place = Place("[default]\nservices = here\nendpoint_url = http://127.0.0.1:1\n", KEYS, AWS_ENDPOINT_URL=None)
    place.aws.know("AKIAFILE", "filesecret")
    place.fails(3, "names services = here", "has no such section")
    place.write(".aws/config", "[default]\nservices = here\nendpoint_url = http://127.0.0.1:1\n"
                               f"[services here]\ndynamodb =\n  endpoint_url = {place.aws.url}\n")
    place.sees("AKIAFILE")


# ---- whoami and connect in scripts ----


def three_profiles(**more):
    """default and other with keys, s with an expired sign-in."""
    place = Place("[default]\nregion = eu-west-1\n[profile other]\nregion = eu-north-1\n" + SSO, KEYS
                  + "[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = othersecret\n",
                  AWS_REGION=None, **more)
    place.aws.know("AKIAFILE", "filesecret")
    place.aws.know("AKIAOTHER", "othersecret")
    place.write(TOKEN, sso_token(-60))
    return place


def lines(done):
    """What whoami said, as a dict."""
    return dict(re.findall(r"^(access key|from|expires|account|profile|region|endpoint) +(.*)$", done.out.decode(), re.M))


@tap.test("connect: every combination, as whoami sees it")
def _():
    elsewhere = server.Aws()
    elsewhere.know("AKIAOTHER", "othersecret")
    cases = [
        ("", "default", "eu-west-1", None, "AKIAFILE"),
        ("profile other", "other", "eu-north-1", None, "AKIAOTHER"),
        ("region eu-south-1", "default", "eu-south-1", None, "AKIAFILE"),
        ("profile other region us-east-1", "other", "us-east-1", None, "AKIAOTHER"),
        ("region us-east-1 profile other", "other", "us-east-1", None, "AKIAOTHER"),
        (f"profile other endpoint {elsewhere.url}", "other", "eu-north-1", elsewhere, "AKIAOTHER"),
        (f"endpoint {elsewhere.url} profile other region x-y-1", "other", "x-y-1", elsewhere, "AKIAOTHER"),
    ]
    for words, profile, region, server_meant, key in cases:
        place = three_profiles()
        done = place.pksk("-c", f"connect {words}".strip(), "-c", "whoami", "-c", "tables")
        said = lines(done)
        url = (server_meant or place.aws).url
        tap.same(done.status, 0, words, done.err)
        tap.same((said["profile"], said["region"], said["endpoint"]), (profile, region, url + "/"), words)
        tap.check(f"seen-{key}".encode() in done.out, words, done.out)
        credential = (server_meant or place.aws).said[-1][2]["Authorization"]
        tap.check(f"/{region}/dynamodb/" in credential, words, credential)
        note = done.err.decode()
        tap.check(f"DynamoDB at {url}/  region {region}  profile {profile}  access key " in note, words, note)
        tap.check("secret" not in note + done.out.decode().replace("seen-", ""), note)
    elsewhere.stop()


@tap.test("connect: one that fails leaves the session as it was, and says what mends it")
def _():
    cases = [
        ("profile nobody", 'there is no profile "nobody" in', "the profiles there are: default, other, s"),
        ("profile s", 'the sign-in of the profile "s" has expired', "`aws sso login --profile s`"),
        ("profile s region us-east-1", "has expired", "`aws sso login --profile s`"),
        ("region 'not a region'", "cannot be a region", "a region is a name like eu-west-1"),
        ("endpoint nonsense", "does not begin with http:// or https://", ""),
        ("endpoint http://me:hush-hush@127.0.0.1/", "holds a user name", ""),
    ]
    for words, want, hint in cases:
        place = three_profiles()
        place.aws.pages = 3
        done = place.pksk("-t", "ttt", "--yes", "--keep-going", "-c", "scan limit 3", "-c", f"connect {words}", "-c", "more",
                          "-c", "whoami")
        note = done.err.decode()
        tap.check(done.status in (2, 3), words, note)
        tap.check(want in note and hint in note, words, note)
        said = lines(done)
        tap.same((said["profile"], said["region"], said["endpoint"]), ("default", "eu-west-1", place.aws.url + "/"))
        tap.same([line for line in done.out.decode().splitlines() if line.startswith("{")],
                 [f'{{"pk":"0-{page}-{half}"}}' for page in range(3) for half in "ab"], words)
        tap.check("hush-hush" not in note, note)


@tap.test("connect: a failure does not cost an MFA code, and a success begins anew")
def _():
    place = Place(ROLE + "mfa_serial = arn:aws:iam::123456789012:mfa/me\n", KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    with terminal.Terminal([world.PKSK, "--no-config"], env=place.set()) as t:
        t.enter("tables")
        t.wait_for("Enter MFA code for arn:aws:iam::123456789012:mfa/me:")
        t.enter("123456")
        t.wait_for("seen-ASIAROLE1")
        os.unlink(os.path.join(place.home, ".aws/cli/cache", os.listdir(os.path.join(place.home, ".aws/cli/cache"))[0]))
        t.enter("connect profile nobody")
        t.wait_for('there is no profile "nobody"')
        t.enter("whoami")
        t.wait_for("expires      at")
        t.enter("connect profile default")
        t.wait_for("from the shared credentials file")
        t.enter("whoami")
        t.wait_for("expires      never")
        t.key("ctrl-d")
        tap.same(t.wait_for_end(), 0, t.text())
        tap.check("123456\n" not in t.text().replace("123456789012", ""), t.text())
    tap.same(len([entry for entry in place.aws.said if "Action=AssumeRole" in entry[3]]), 1)


@tap.test("whoami: each source's account and end")
def _():
    place = Place(AWS_ACCESS_KEY_ID="AKIAENVIRONMENT12345", AWS_SECRET_ACCESS_KEY="envsecret", AWS_SESSION_TOKEN="tok",
                  AWS_ACCOUNT_ID="123456789012", AWS_CREDENTIAL_EXPIRATION="2096-01-02T03:04:05Z")
    said = lines(place.pksk("-c", "whoami"))
    tap.same((said["access key"], said["from"], said["account"]), ("AKIA…2345", "environment", "123456789012"))
    tap.check(said["expires"].startswith("at 2096-01-02T03:04:05Z, in "), said)
    place.environment["AWS_CREDENTIAL_EXPIRATION"] = "2020-01-02T03:04:05Z"
    done = place.pksk("-c", "whoami")
    tap.same(done.status, 3)
    tap.check(b"the credentials from environment expired at 2020-01-02T03:04:05Z" in done.err, done.err)
    place.environment["AWS_CREDENTIAL_EXPIRATION"] = "soon"
    place.fails(3, "AWS_CREDENTIAL_EXPIRATION is not a time")
    del place.environment["AWS_CREDENTIAL_EXPIRATION"]
    done = world.run(["--no-config", "--local", "-c", "whoami"], env=place.set())
    tap.same((lines(done)["from"], lines(done)["access key"]), ("environment", "AKIA…2345"))
    del place.environment["AWS_ACCESS_KEY_ID"]
    done = world.run(["--no-config", "--local", "-c", "whoami"], env=place.set())
    tap.same((done.status, lines(done)["from"], lines(done)["expires"], lines(done)["endpoint"]),
             (0, "made up for a local server", "never", "http://127.0.0.1:8000/"))


# ---- at a prompt ----


@tap.test("at a prompt: a sign-in that has expired, is renewed elsewhere, and serves")
def _():
    place = three_profiles(AWS_PROFILE="s")
    with terminal.Terminal([world.PKSK, "--no-config"], env={**place.set(), "AWS_REGION": "eu-west-1"}, columns=150) as t:
        t.enter("tables")
        t.wait_for("aws sso login --profile s")
        t.enter("whoami")
        t.wait(lambda: t.text().count("has expired") == 2, "the same again")
        place.write(TOKEN, sso_token(3600))
        t.enter("tables")
        t.wait_for("seen-ASIASSO1")
        t.key("ctrl-d")
        tap.same(t.wait_for_end(), 0, t.text())


@tap.test("at a prompt: a configuration file that is mended while the shell waits")
def _():
    place = Place("[default]\nregion\n", KEYS, AWS_REGION=None)
    place.aws.know("AKIAFILE", "filesecret")
    with terminal.Terminal([world.PKSK, "--no-config"], env=place.set(), columns=150) as t:
        t.enter("tables")
        t.wait_for("config:2: there is neither")
        place.write(".aws/config", "[default]\nregion = eu-west-1\n")
        t.enter("tables")
        t.wait_for("seen-AKIAFILE")
        t.key("ctrl-d")
        tap.same(t.wait_for_end(), 0, t.text())


@tap.test("at a prompt: TAB without credentials to be had does no harm")
def _():
    places = [Place(ROLE, KEYS, AWS_PROFILE="r", AWS_ENDPOINT_URL="http://127.0.0.1:1"),
              Place("[default]\nregion\n"),
              Place(AWS_CONTAINER_CREDENTIALS_FULL_URI="http://127.0.0.1:1/x"),
              Place(SSO, AWS_PROFILE="s"), Place("[default]\ncredential_process = false\n"), Place()]
    for place in places:
        with terminal.Terminal([world.PKSK, "--no-config"], env=place.set()) as t:
            t.wait_for_line("pksk> ")
            t.type("use \tx")  # the x comes when TAB is done
            t.wait_for_line("pksk> use x")
            t.key("ctrl-u")
            t.wait_for_line("pksk> ")
            t.key("ctrl-d")
            tap.same(t.wait_for_end(), 0, t.text())


@tap.test("at a prompt: Ctrl-C ends a credential_process, and the session goes on")
def _():
    place = Place("[default]\nregion = eu-west-1\ncredential_process = sh HOME/script\n")
    place.aws.know("AKIAPROC", "procsecret")
    place.write("script", "echo asking >&2\ntrap '' INT TERM\nwhile :; do sleep 0.1; done\n")
    with terminal.Terminal([world.PKSK, "--no-config"], env=place.set()) as t:
        t.enter("tables")
        t.wait_for("asking")
        t.key("ctrl-c")
        t.wait_for("cancelled")
        place.write("script", 'echo \'{"Version": 1, "AccessKeyId": "AKIAPROC", "SecretAccessKey": "procsecret"}\'')
        t.enter("tables")
        t.wait_for("seen-AKIAPROC")
        t.key("ctrl-d")
        tap.same(t.wait_for_end(), 0, t.text())
