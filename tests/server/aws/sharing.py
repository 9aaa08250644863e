"""Sign-ins shared with the AWS CLI, both ways: what botocore's own code writes is read, and the other way round."""
import json
import os
import stat
import subprocess

import botocore.credentials
import botocore.session
import botocore.tokens
import botocore.utils
import server
import tap
from place import KEYS, SSO, SSO_LEGACY, Place, sha1, sso_token

WHO = "arn:aws:iam::123456789012:role/x"
ROLE = (f"[profile r]\nrole_arn = {WHO}\nsource_profile = default\nexternal_id = e/1\nrole_session_name = me\n"
        "duration_seconds = 900\n")
EXTRA = {"ExternalId": "e/1", "RoleSessionName": "me", "DurationSeconds": 900}
TOKEN = f".aws/sso/cache/{sha1('here')}.json"


def cli_cache(place):
    return botocore.utils.JSONFileCache(os.path.join(place.home, ".aws/cli/cache"))


def client_of(place):
    """Clients of botocore that ask the place's server."""
    session = botocore.session.Session()
    return lambda service, **more: session.create_client(
        service, endpoint_url=place.aws.url, **{"region_name": "eu-west-1", **more})


def takes_over(place, key):
    """The AWS CLI gets through with the credentials that lie in the cache, without asking for others."""
    asked = len(place.aws.said)
    done = subprocess.run(["/usr/bin/aws", "dynamodb", "list-tables", "--endpoint-url", place.aws.url],
                          capture_output=True, env=place.set(), timeout=120)
    tap.check(f"seen-{key}".encode() in done.stdout, done.stdout, done.stderr)
    tap.same(len(place.aws.said), asked + 1)


@tap.test("sharing: a role with all settings that botocore assumed serves pksk")
def _():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    place.aws.life = 1000
    fetcher = botocore.credentials.AssumeRoleCredentialFetcher(
        client_of(place), botocore.credentials.Credentials("AKIAFILE", "filesecret"), WHO, dict(EXTRA),
        cache=cli_cache(place))
    fetcher.fetch_credentials()
    tap.same(place.aws.made, 1)
    done = place.pksk("-c", "tables", "-c", "whoami")
    tap.check(b"seen-ASIAROLE1" in done.out and b"account      123456789012\n" in done.out, done.out, done.err)
    tap.same(place.aws.made, 1)


@tap.test("sharing: a role with all settings that pksk assumed serves the AWS CLI and botocore")
def _():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    place.sees("ASIAROLE1")
    takes_over(place, "ASIAROLE1")
    fetcher = botocore.credentials.AssumeRoleCredentialFetcher(
        client_of(place), botocore.credentials.Credentials("no", "no"), WHO, dict(EXTRA), cache=cli_cache(place))
    tap.same(fetcher.fetch_credentials()["access_key"], "ASIAROLE1")


@tap.test("sharing: IAM Identity Center, with a session and of old, both ways")
def _():
    for config, cache, more in ((SSO, "here", {"sso_session_name": "here"}),
                                (SSO_LEGACY, "https://x.awsapps.com/start", {})):
        place = Place(config + "region = eu-west-1\n", AWS_PROFILE="s")
        place.write(f".aws/sso/cache/{sha1(cache)}.json", sso_token(3600))
        place.sees("ASIASSO1")
        takes_over(place, "ASIASSO1")
        place = Place(config, AWS_PROFILE="s")
        fetcher = botocore.credentials.SSOCredentialFetcher(
            "https://x.awsapps.com/start", "eu-west-1", "Admin", "123456789012",
            lambda service, config: client_of(place)(service, config=config),
            token_loader=lambda url: {"accessToken": "good", "expiresAt": server.at(3600).isoformat()}, cache=cli_cache(place), **more)
        tap.same(fetcher.fetch_credentials()["access_key"], "ASIASSO1")
        place.sees("ASIASSO1")  # and no sign-in was looked for
        tap.same(place.aws.made, 1)


@tap.test("sharing: a sign-in that botocore wrote, and one that pksk renewed")
def _():
    place = Place(SSO, AWS_PROFILE="s")
    cache = botocore.utils.JSONFileCache(os.path.join(place.home, ".aws/sso/cache"), botocore.tokens._sso_json_dumps)
    cache[sha1("here")] = {
        "startUrl": "https://x.awsapps.com/start", "region": "eu-west-1", "accessToken": "old",
        "expiresAt": server.at(60), "clientId": "c", "clientSecret": "cs", "refreshToken": "first",
        "registrationExpiresAt": server.at(86400)}
    place.sees("ASIASSO1")
    tap.same(json.loads(place.aws.asked("POST /token")[0][3]),
             {"grantType": "refresh_token", "clientId": "c", "clientSecret": "cs", "refreshToken": "first"})
    token = botocore.utils.SSOTokenLoader(cache=cache)("https://x.awsapps.com/start", session_name="here")
    tap.same((token["accessToken"], token["refreshToken"], token["startUrl"], token["clientId"]),
             ("good", "second", "https://x.awsapps.com/start", "c"))


def caches(place):
    return sorted(os.path.join(folder, name) for folder, _, names in os.walk(os.path.join(place.home, ".aws"))
                  for name in names if "cache" in folder)


@tap.test("sharing: what is written is the user's alone, whole, and leaves nothing beside it")
def _():
    place = Place(SSO + ROLE.replace("default", "s"), AWS_PROFILE="r")
    place.write(TOKEN, sso_token(60, clientId="c", clientSecret="cs", refreshToken="first",
                                 registrationExpiresAt=server.at(86400).strftime(server.TIME)))
    os.chmod(os.path.join(place.home, TOKEN), 0o644)
    before = os.stat(os.path.join(place.home, TOKEN)).st_ino
    place.sees("ASIAROLE2")
    found = caches(place)
    tap.same(len(found), 3, found)
    for path in found:
        tap.same(oct(os.stat(path).st_mode & 0o777), "0o600", path)
        with open(path, encoding="utf-8") as file:
            json.load(file)
    tap.check(os.stat(os.path.join(place.home, TOKEN)).st_ino != before, "it was written into, not put in its place")
    tap.same(oct(os.stat(os.path.join(place.home, ".aws/cli/cache")).st_mode & 0o777), "0o700")


@tap.test("sharing: a cache that somebody else could have written is none")
def _():
    def link(path):
        os.rename(path, path + ".there")
        os.symlink(path + ".there", path)

    def give_away(path):
        os.chown(path, 65534, 65534)

    tricks = [link, lambda path: os.chmod(path, 0o602), lambda path: os.chmod(path, 0o620),
              lambda path: os.unlink(path) or os.mkfifo(path), lambda path: os.unlink(path) or os.mkdir(path)]
    for trick in tricks + ([give_away] if os.geteuid() == 0 else []):
        place = Place(ROLE, KEYS, AWS_PROFILE="r")
        place.aws.know("AKIAFILE", "filesecret")
        place.sees("ASIAROLE1")
        path, = caches(place)
        trick(path)
        place.sees("ASIAROLE2")
        place = Place(SSO, AWS_PROFILE="s")
        place.write(TOKEN, sso_token(3600))
        path = os.path.join(place.home, TOKEN)
        trick(path)
        place.fails(3, path)
        tap.same(place.aws.said, [])


@tap.test("sharing: a cache that makes no sense is none, and one that is nearly over")
def _():
    name = f".aws/cli/cache/{sha1(json.dumps({'RoleArn': WHO, **EXTRA}, sort_keys=True))}.json"
    good = {"Credentials": {"AccessKeyId": "ASIAOLD", "SecretAccessKey": "s", "SessionToken": "t",
                            "Expiration": server.at(3600).strftime(server.TIME)}}
    cases = [good, "", "{", [], {"Credentials": None}, {"Credentials": {**good["Credentials"], "AccessKeyId": 5}},
             {"Credentials": {**good["Credentials"], "Expiration": "x"}},
             {"Credentials": {**good["Credentials"], "SessionToken": "a\nb"}},
             {"Credentials": {**good["Credentials"], "Expiration": server.at(14 * 60).strftime(server.TIME)}}]
    for number, content in enumerate(cases):
        place = Place(ROLE, KEYS, AWS_PROFILE="r")
        place.aws.know("AKIAFILE", "filesecret")
        place.aws.know("ASIAOLD", "s", "t")
        place.write(name, content if isinstance(content, str) else json.dumps(content))
        place.sees("ASIAOLD" if number == 0 else "ASIAROLE1")


@tap.test("sharing: without a place to write to, all the same")
def _():
    place = Place(ROLE, KEYS, AWS_PROFILE="r")
    place.aws.know("AKIAFILE", "filesecret")
    place.write(".aws/cli", "a file where the folder would be")
    place.sees("ASIAROLE1")
    tap.check(stat.S_ISREG(os.stat(os.path.join(place.home, ".aws/cli")).st_mode))
