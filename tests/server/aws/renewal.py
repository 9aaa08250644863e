"""Credentials that run out in the middle of a long scan: every page arrives, and arrives once."""
import json
import os

import server
import tap
from place import KEYS, LOGIN, ROLE, SSO, Place, instance_place, login_token, sha1, sso_token

ASK = ("import sys, urllib.request\ntry:\n    print(urllib.request.urlopen(sys.argv[1]).read().decode())\n"
       "except OSError:\n    sys.exit(1)\n")


def role():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    return place, "AssumeRole"


def web():
    place = Place(AWS_ROLE_ARN="arn:aws:iam::123456789012:role/w")
    place.write("token", "eyJ")
    place.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = os.path.join(place.home, "token")
    return place, "AssumeRoleWithWebIdentity"


def sso():
    place = Place(SSO, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    return place, "/federation/credentials"


def process():
    place = Place()
    place.write("ask", ASK)
    place.write(".aws/config", f"[default]\ncredential_process = /usr/bin/python3 -I {place.home}/ask "
                               f"{place.aws.url}/process\n")
    return place, "/process"


def container():
    place = Place(AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in")
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
    return place, "/container"


def instance():
    return instance_place(), "/latest/meta-data/iam/security-credentials/the-role"


def login():
    place = Place(LOGIN)
    login_token(place, 1)
    return place, "/v1/token"


SOURCES = {"an assumed role": role, "a web identity": web, "IAM Identity Center": sso, "credential_process": process,
           "a container": container, "an instance": instance, "a login session": login}


def items(pages, segments=1):
    return sorted(f"{segment}-{page}-{half}" for segment in range(segments) for page in range(pages) for half in "ab")


def read(done):
    return sorted(json.loads(line)["pk"] for line in done.out.decode().splitlines())


def scan(place, words, pages, segments=1):
    done = place.pksk("-t", "ttt", "--yes", "-c", words)
    tap.same(done.status, 0, words, done.err.decode("utf-8", "replace"))
    tap.same(read(done), items(pages, segments), words)
    tap.same(sorted(place.aws.pages_given.values()), [1] * pages * segments, words)
    tap.same(done.err, b"")


def place_of(make, **changes):
    """Where credentials are refused after a second, and a scan takes a second and a half."""
    place, slot = make()
    place.aws.dies, place.aws.pages, place.aws.page_seconds = 1, 5, 0.3
    for name, value in changes.items():
        setattr(place.aws, name, value)
    return place, slot


def ways(make):
    """Each source with segments, and the first one without, too."""
    return (("scan segments 4", 4),) + ((("scan", 1),) if make == role else ())


def refused(make):
    """They are said to hold for an hour, and the service calls them expired long before."""
    for words, segments in ways(make):
        place, _ = place_of(make)
        scan(place, words, 5, segments)
        tap.check(2 <= place.aws.made <= 5, words, f"fetched {place.aws.made} times")


def short(make):
    """They hold for two seconds, and are fetched anew before their end: nothing is refused."""
    place, _ = place_of(make, life=2, dies=None, page_seconds=0.5)
    scan(place, "scan segments 4", 5, 4)
    tap.check(place.aws.made >= 2, f"fetched {place.aws.made} times")
    tap.same(len([entry for entry in place.aws.said if "X-Amz-Target" in entry[2]]), 1 + 4 * 5, "some were refused")


def stumbles(make):
    """The source stumbles once when it is asked anew."""
    place, slot = place_of(make)
    place.aws.later[slot] = [(500, "")]
    scan(place, "scan", 5)


def fails(make):
    """It refuses for good; what came before was printed, and `more` goes on when it is in a better mood."""
    for words, segments in ways(make):
        place, slot = place_of(make)
        place.aws.later[slot] = [(403, "{}")]
        done = place.pksk("-t", "ttt", "--yes", "--keep-going", "-c", words, "-c", "more")
        said = done.err.decode("utf-8", "replace")
        tap.same(done.status, 3, words, said)
        tap.check(said.count("error: ") == 1 and "secret/of" not in said and "token/of" not in said, said)
        tap.same(read(done), items(5, segments), words, said)


for each, maker in SOURCES.items():
    tap.test(f"{each}: refused in the middle of a scan")(lambda maker=maker: refused(maker))
    if each != "an instance":  # whose end is put off: it may be slow to hand out new ones
        tap.test(f"{each}: renewed in the middle of a scan")(lambda maker=maker: short(maker))
    if each not in ("an instance", "credential_process"):
        tap.test(f"{each}: renewed at the second attempt")(lambda maker=maker: stumbles(maker))
    tap.test(f"{each}: not renewed in the middle of a scan")(lambda maker=maker: fails(maker))


@tap.test("a renewal before the end that is refused costs no page that is there already")
def _():
    for words, segments in (("scan", 1), ("scan segments 4", 4)):
        place, slot = place_of(role, life=2, dies=None, page_seconds=0.4)
        place.aws.later[slot] = [(403, "{}")]
        done = place.pksk("-t", "ttt", "--yes", "--keep-going", "-c", words, "-c", "more")
        said = done.err.decode("utf-8", "replace")
        tap.same((done.status, said.count("error: ")), (3, 1), said)
        tap.same(read(done), items(5, segments), said)
        tap.same(sorted(place.aws.pages_given.values()), [1] * 5 * segments)


@tap.test("a get of many keys: those of a batch that could not be sent are asked for by `more`")
def _():
    for bad in (0, 1, 3):
        place, slot = place_of(role, page_seconds=0.6)
        if bad:
            place.aws.later[slot] = bad * [(403, "{}")]
        done = place.pksk("-t", "ttt", "--keep-going", "-c", "get k{1..950}", *(bad * ["-c", "more"]))
        said = done.err.decode("utf-8", "replace")
        tap.check(done.status in ((1, 3) if bad else (0,)), done.status, said)  # 1: a `more` too many
        tap.check(("HTTP status 403" in said) == (bad > 0), said)
        tap.same(read(done), sorted(f"k{n}" for n in range(1, 951)), said)
