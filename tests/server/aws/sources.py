"""What of a profile reaches the service, where a role's own credentials come from, and what is refused before
anybody is asked.
"""
import json
import os
import subprocess
import urllib.parse

import server
import tap
from place import HERE, KEYS, LOGIN, LOGIN_CACHE, SSO, SSO_LEGACY, Place, instance_place, login_token, sha1, sso_token

ARN = "arn:aws:iam::123456789012:role/"


def assumed(aws):
    """The AssumeRole requests: (access key that signed, parameters)."""
    return [(entry[2]["Authorization"].partition("Credential=")[2].partition("/")[0],
             dict(urllib.parse.parse_qsl(entry[3])))
            for entry in aws.said if entry[3].startswith("Action=AssumeRole&")]


def role(lines, credentials=KEYS, **environment):
    place = Place(f"[profile r]\nrole_arn = {ARN}r\n{lines}\n", credentials, AWS_PROFILE="r", **environment)
    place.aws.know("AKIAFILE", "filesecret")
    return place


@tap.test("all that a role's profile says reaches STS")
def _():
    place = role("source_profile = default\nexternal_id = ex/t=1+2\nrole_session_name = me@here\n"
                 "duration_seconds = 1800\n")
    place.sees("ASIAROLE1")
    tap.same(assumed(place.aws), [("AKIAFILE", {
        "Action": "AssumeRole", "Version": "2011-06-15", "RoleArn": ARN + "r", "RoleSessionName": "me@here",
        "ExternalId": "ex/t=1+2", "DurationSeconds": "1800"})])
    asked = place.aws.asked("POST /")[0]
    tap.same((asked[2]["Accept"], asked[2]["Content-Type"]),
             ("application/json", "application/x-www-form-urlencoded; charset=utf-8"))
    key = {"DurationSeconds": 1800, "ExternalId": "ex/t=1+2", "RoleArn": ARN + "r", "RoleSessionName": "me@here"}
    place.read(f".aws/cli/cache/{sha1(json.dumps(key, sort_keys=True))}.json")
    place = role("source_profile = default\nduration_seconds = +900\n")
    place.sees("ASIAROLE1")
    tap.same(assumed(place.aws)[0][1]["DurationSeconds"], "900")
    place = role("source_profile = default\nduration_seconds = an hour\n")
    place.sees("ASIAROLE1")
    said = assumed(place.aws)[0][1]
    tap.check("DurationSeconds" not in said and "ExternalId" not in said and said["RoleSessionName"], said)


@tap.test("roles in a row, each assumed with the one before")
def _():
    place = role("source_profile = b\nregion = eu-west-1\n"
                 f"[profile b]\nrole_arn = {ARN}b\nsource_profile = c\nexternal_id = forb\n"
                 f"[profile c]\nrole_arn = {ARN}c\nsource_profile = default\n")
    place.sees("ASIAROLE3")
    tap.same([(key, said["RoleArn"], said.get("ExternalId")) for key, said in assumed(place.aws)],
             [("AKIAFILE", ARN + "c", None), ("ASIAROLE1", ARN + "b", "forb"), ("ASIAROLE2", ARN + "r", None)])


@tap.test("a profile that is its own source, and one whose keys count although it has a role")
def _():
    place = role("source_profile = r\naws_access_key_id = AKIAFILE\naws_secret_access_key = filesecret\n", "")
    place.sees("ASIAROLE1")
    place = role(f"source_profile = b\n[profile b]\nrole_arn = {ARN}b\nsource_profile = none\n"
                 "aws_access_key_id = AKIAFILE\naws_secret_access_key = filesecret\n", "")
    place.sees("ASIAROLE1")


@tap.test("what is there and empty: keys claim and are refused, a token file keeps the role away, a path names no file")
def _():
    for name in ("config", "credentials"):
        place = Place("", "", AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in")
        place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
        place.write(f".aws/{name}", "[default]\naws_access_key_id =\naws_secret_access_key = x\n")
        place.fails(3, 'the profile "default" in ', f".aws/{name} has an aws_access_key_id that is empty")
    place = Place("[default]\nrole_arn =\nsource_profile = default\n", KEYS)
    place.fails(3, 'the profile "default" has a role_arn that is empty')
    place = role("source_profile = default\nweb_identity_token_file =\n"
                 "aws_access_key_id = AKIACONF\naws_secret_access_key = confsecret\n")
    place.aws.know("AKIACONF", "confsecret")
    place.sees("AKIACONF")
    place = Place("[default]\nregion = x-y-1\n", KEYS, AWS_CONFIG_FILE="", AWS_SHARED_CREDENTIALS_FILE="",
                  AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="envsecret")
    place.aws.know("AKIAENV", "envsecret")
    place.sees("AKIAENV")
    place.environment["AWS_ACCESS_KEY_ID"] = None
    place.fails(3, "no credentials")


@tap.test("each credential_source")
def _():
    keys = {"AWS_ACCESS_KEY_ID": "AKIAENV", "AWS_SECRET_ACCESS_KEY": "envsecret"}
    place = role("credential_source = Environment\n", **keys)
    place.aws.know("AKIAENV", "envsecret")
    place.sees("AKIAENV")  # a profile of the environment leaves the keys there first
    place.sees("ASIAROLE1", "--profile", "r")
    place = role("credential_source = EcsContainer\n", AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in")
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
    place.sees("ASIAROLE2")
    tap.same(assumed(place.aws)[0][0], "ASIABOX1")
    place = role("credential_source = Ec2InstanceMetadata\n", AWS_EC2_METADATA_DISABLED=None)
    place.environment["AWS_EC2_METADATA_SERVICE_ENDPOINT"] = place.aws.url
    place.sees("ASIAROLE2")
    tap.same(assumed(place.aws)[0][0], "ASIAIMDS1")


@tap.test("each kind of source_profile")
def _():
    token = f".aws/sso/cache/{sha1('here')}.json"
    cases = {
        "ASIASSO1": (SSO.replace("profile s", "profile b"), lambda p: p.write(token, sso_token(3600))),
        "ASIAOLD": (LOGIN.replace("default", "profile b"), lambda p: login_token(p, 800)),
        "ASIAWEB1": (f"[profile b]\nrole_arn = {ARN}w\nweb_identity_token_file = HOME/token\n",
                     lambda p: p.write("token", "eyJ")),
        "AKIAFILE": ("[profile b]\ncredential_process = cat HOME/keys\n",
                     lambda p: p.write("keys", {"Version": 1, "AccessKeyId": "AKIAFILE",
                                                "SecretAccessKey": "filesecret"})),
    }
    for key, (config, prepare) in cases.items():
        place = role("source_profile = b\nregion = eu-west-1\n" + config, "",
                     AWS_WEB_IDENTITY_TOKEN_FILE="/nonexistent")  # of no concern to the source
        prepare(place)
        place.sees("ASIAROLE")
        tap.same(assumed(place.aws)[0][0], key)


@tap.test("a role's profile that cannot be is refused before anybody is asked")
def _():
    role_b = f"[profile b]\nrole_arn = {ARN}b\n"
    cases = [
        ("", "has a role_arn but neither source_profile nor credential_source"),
        ("source_profile = default\ncredential_source = Environment", "has both source_profile and credential_source"),
        ("credential_source = environment", "which may be Environment, EcsContainer or Ec2InstanceMetadata"),
        ("credential_source = Environment", "credential_source = Environment, which has none"),
        ("credential_source = EcsContainer", "credential_source = EcsContainer, which has none"),
        ("credential_source = Ec2InstanceMetadata", "credential_source = Ec2InstanceMetadata, which has none"),
        ("source_profile = nobody", "names source_profile = nobody, which does not exist"),
        ("source_profile = r", "names source_profile = r, which leads back to it"),
        (f"source_profile = b\n{role_b}source_profile = r", "names source_profile = r, which leads back to it"),
        (f"source_profile = b\n{role_b}source_profile = b", "names source_profile = b, which leads back to it"),
        ("source_profile = b\n[profile b]\nregion = x", 'which "r" names as source_profile, has no credentials'),
        (f"source_profile = b\n{role_b}", 'the profile "b" has a role_arn but neither'),
        ("source_profile = b\n[profile b]\naws_access_key_id = AKIA", "but no aws_secret_access_key"),
        ("".join(f"source_profile = p{i}\n[profile p{i}]\nrole_arn = {ARN}b\n" for i in range(25)),
         "profiles lead to each other by source_profile"),
    ]
    for lines, want in cases:
        place = role(lines)
        place.fails(3, want)
        tap.same(place.aws.said, [])


@tap.test("what a role is assumed with has expired: the message is the command that mends it")
def _():
    place = role("source_profile = my base\nregion = eu-west-1\n" + SSO.replace("profile s", 'profile "my base"'), "")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(-60))
    place.fails(3, 'the sign-in of the profile "my base" has expired', "`aws sso login --profile 'my base'`")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    place.aws.answers["AssumeRole"] = [server.Aws.error("ExpiredToken", "too old")]
    place.fails(3, "STS refused AssumeRole: ExpiredToken: too old", "`aws sso login --profile 'my base'`")


@tap.test("STS that answers with an error in XML, and one whose identity provider was away")
def _():
    place = role("source_profile = default")
    place.aws.answers["AssumeRole"] = [(403, "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>"
                                             "<Message>not &lt;you&gt;</Message></Error></ErrorResponse>")]
    place.fails(3, "STS refused AssumeRole: AccessDenied: not <you>")
    place = Place(AWS_ROLE_ARN=ARN + "w")
    place.write("token", "eyJ")
    place.environment["AWS_WEB_IDENTITY_TOKEN_FILE"] = os.path.join(place.home, "token")
    place.aws.answers["AssumeRoleWithWebIdentity"] = [server.Aws.error("IDPCommunicationError", "try again")]
    place.sees("ASIAWEB1")


@tap.test("IAM Identity Center of old, which is never renewed, and settings that cannot be")
def _():
    place = Place(SSO_LEGACY, AWS_PROFILE="s")
    token = f".aws/sso/cache/{sha1('https://x.awsapps.com/start')}.json"
    place.write(token, sso_token(3600))
    place.sees("ASIASSO1")
    kept = {"accountId": "123456789012", "roleName": "Admin", "startUrl": "https://x.awsapps.com/start"}
    kept = place.read(f".aws/cli/cache/{sha1(json.dumps(kept, separators=(',', ':')))}.json")
    tap.same((kept["ProviderType"], kept["Credentials"]["AccountId"]), ("sso", "123456789012"))
    place = Place(SSO_LEGACY, AWS_PROFILE="s")
    place.write(token, sso_token(-60, clientId="c", clientSecret="cs", refreshToken="first",
                                 registrationExpiresAt=server.at(86400).strftime(server.TIME)))
    place.fails(3, 'the sign-in of the profile "s" has expired', "`aws sso login --profile s`")
    tap.same(place.aws.said, [])
    for config, want in (("sso_account_id = 1", "wants IAM Identity Center and lacks sso_role_name"),
                         ("sso_account_id = 1\nsso_role_name = a\nsso_session = x", "has no such section"),
                         ("sso_account_id = 1\nsso_role_name = a\nsso_session = x\nsso_region = a\n[sso-session x]\n"
                          "sso_region = b\nsso_start_url = u", "and its sso-session x differ in sso_region")):
        Place(f"[profile s]\n{config}\n", AWS_PROFILE="s").fails(3, want)


@tap.test("IAM Identity Center's own words, without what steers a terminal")
def _():
    place = Place(SSO, AWS_PROFILE="s")
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    place.aws.answers["/federation/credentials"] = [
        (403, json.dumps({"message": "No access\x1b[2J\u202e", "__type": "ForbiddenException"}))]
    place.fails(3, "refused the role Admin in account 123456789012 with HTTP status 403: No access")
    tap.check(not any(c in place.run().err.decode() for c in "\x1b\u202e"))


@tap.test("a login session whose renewal is refused")
def _():
    for status, error, want in ((401, "TOKEN_EXPIRED", "has expired"),
                                (403, "USER_CREDENTIALS_CHANGED", "ended since the user's credentials changed"),
                                (403, "INSUFFICIENT_PERMISSIONS", "signin:CreateOAuth2Token is not allowed"),
                                (400, "INVALID_REQUEST", "answered with HTTP status 400: INVALID_REQUEST")):
        place = Place(LOGIN.replace("default", "profile l"), AWS_PROFILE="l")
        login_token(place, 60)
        place.aws.answers["/v1/token"] = [(status, json.dumps({"error": error, "message": "m"}))]
        place.fails(3, want, *(["`aws login --profile l`"] if error.startswith(("TOKEN", "USER")) else []))
    place = Place(LOGIN)
    login_token(place, 60)
    token = place.read(LOGIN_CACHE)
    for change, want in (({"dpopKey": "nonsense"}, "the sign-in's key is no private key on P-256"),
                         ({"accessToken": None, "dpopKey": None}, "the sign-in's key is no private key")):
        place.write(LOGIN_CACHE, {**token, **change})
        place.fails(3, want)
    del token["refreshToken"]
    place.write(LOGIN_CACHE, token)
    place.fails(3, "is not complete in its cache", "`aws login --profile default`")


@tap.test("a container's token, from the file first")
def _():
    place = Place(AWS_CONTAINER_AUTHORIZATION_TOKEN="not this")
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
    place.environment["AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE"] = os.path.join(place.home, "token")
    place.fails(3, "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: cannot open")
    for text in ("let me in\n", "let\r\nX-Evil: me in"):
        place.write("token", text)
        place.fails(3, "the container's authorization token holds a line end")
    place.write("token", "let me in")
    place.sees("ASIABOX1")
    for url, want in (("http://127.0.0.1.evil.example/", "which may be any server"),
                      ("http://169.254.170.3/", "which may be any server"),
                      ("http://me:secret@127.0.0.1/", "holds a user name"),
                      ("ftp://127.0.0.1/", "does not begin with http:// or https://")):
        place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = url
        place.fails(3, "AWS_CONTAINER_CREDENTIALS_FULL_URI", want)
    place.environment["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI"] = "@evil.example/"
    place.fails(3, "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI does not begin with a slash")


@tap.test("an instance without tokens, and one that may not be asked without")
def _():
    for status in (403, 404, 405):
        place = instance_place()
        place.aws.answers["/latest/api/token"] = [(status, "")]
        place.aws.no_token = True
        place.sees("ASIAIMDS1")
        for off in ({"AWS_EC2_METADATA_V1_DISABLED": "true"}, {}):
            place = instance_place(**off)
            if not off:
                place.write(".aws/config", "[default]\nec2_metadata_v1_disabled = True\n")
            place.aws.no_token = True
            place.aws.answers["/latest/api/token"] = [(status, "")]
            place.fails(3, "no credentials: ")
            tap.same([entry[:2] for entry in place.aws.said], [("PUT", "/latest/api/token")])
    place = instance_place()
    place.aws.no_token = True
    place.aws.answers["/latest/api/token"] = [(400, "")]
    place.fails(3, "no credentials: ")
    tap.same(len(place.aws.said), 1)
    place = instance_place()
    place.environment["AWS_EC2_METADATA_DISABLED"] = "TRUE"
    place.fails(3, "no credentials: ")
    tap.same(place.aws.said, [])


@tap.test("containers and instances at their real addresses, in a network of their own")
def _():
    command = ["unshare", "-Urn", os.path.join(HERE, "own-network.py")]
    try:
        if subprocess.run([*command[:2], "ip", "link", "set", "lo", "up"], capture_output=True).returncode:
            raise tap.Skip("no network namespaces here")
    except FileNotFoundError:
        raise tap.Skip("unshare is not installed")
    done = subprocess.run(command, capture_output=True, timeout=120)
    tap.same(done.stdout.decode(), "done\n", done.stderr.decode()[-2000:])
