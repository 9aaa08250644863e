"""The order of the chain, proved by a profile that has everything: the winner is taken away, and the next one is
asked. The access key that the server sees tells who it was.
"""
import os

import tap
from place import KEYS, LOGIN, SSO, Place, instance_place, login_token, sha1, sso_token

# Access key, and what of the profile or the environment has to go so that the next one is asked.
CHAIN = [
    ("AKIAENV", "environment", ["AWS_ACCESS_KEY_ID"]),
    ("ASIAROLE", "assumed role", ["role_arn", "source_profile"]),
    ("ASIAWEB", "web identity", ["AWS_WEB_IDENTITY_TOKEN_FILE"]),
    ("ASIASSO", "IAM Identity Center", ["sso_account_id", "sso_role_name"]),
    ("AKIAFILE", "shared credentials file", [".aws/credentials"]),
    ("ASIAOLD", "login session", ["login_session"]),
    ("AKIAPROC", "credential_process", ["credential_process"]),
    ("AKIACONF", "config file", ["aws_access_key_id"]),
    ("AKIAEC2", "EC2 credential file", ["AWS_CREDENTIAL_FILE"]),
    ("AKIABOTO", "boto configuration", ["BOTO_CONFIG"]),
    ("ASIABOX", "container", ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]),
    ("ASIAIMDS", "instance metadata", ["AWS_EC2_METADATA_SERVICE_ENDPOINT"]),
]


def everything():
    """Every source at once, in the profile p."""
    config = (SSO.replace("profile s", "profile p").replace("[sso-session",
              "role_arn = arn:aws:iam::123456789012:role/x\nsource_profile = base\n"
              + LOGIN.partition("\n")[2]
              + "credential_process = cat HOME/process\naws_access_key_id = AKIACONF\n"
              "aws_secret_access_key = confsecret\n[sso-session")
              + "[profile base]\naws_access_key_id = AKIABASE\naws_secret_access_key = basesecret\n")
    place = instance_place(AWS_PROFILE="p", AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="envsecret",
                           AWS_ROLE_ARN="arn:aws:iam::123456789012:role/w",
                           AWS_CONTAINER_AUTHORIZATION_TOKEN="let me in")
    place.write(".aws/config", config.replace("HOME", place.home))
    place.write(".aws/credentials", KEYS.replace("default", "p"))
    place.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(3600))
    login_token(place, 800)
    place.write("token", "eyJ")
    place.write("process", {"Version": 1, "AccessKeyId": "AKIAPROC", "SecretAccessKey": "procsecret"})
    place.write("ec2", "# a comment\nAWSAccessKeyId=AKIAEC2\nAWSSecretKey = ec2secret\n")
    place.write("boto", "[Credentials]\naws_access_key_id = AKIABOTO\naws_secret_access_key = botosecret\n")
    for name, file in (("AWS_WEB_IDENTITY_TOKEN_FILE", "token"), ("AWS_CREDENTIAL_FILE", "ec2"),
                       ("BOTO_CONFIG", "boto")):
        place.environment[name] = os.path.join(place.home, file)
    place.environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = place.aws.url + "/container"
    for key in ("ENV", "BASE", "FILE", "PROC", "CONF", "EC2", "BOTO"):
        place.aws.know("AKIA" + key, key.lower() + "secret")
    return place


def take_away(place, names):
    path = os.path.join(place.home, ".aws/config")
    with open(path, encoding="utf-8") as file:
        lines = file.readlines()
    for name in names:
        if name.isupper():
            place.environment[name] = None
        elif name.startswith("."):
            os.unlink(os.path.join(place.home, name))
        else:
            lines = [line for line in lines if line.partition(" ")[0] != name or "AKIABASE" in line]
    place.write(".aws/config", "".join(lines))


@tap.test("the chain's order: each link when those before it are gone")
def _():
    place = everything()
    for key, name, needs in CHAIN:
        done = place.pksk("-c", "tables", "-c", "whoami")
        said = done.out.decode()
        tap.same(done.status, 0, name, done.err.decode("utf-8", "replace"))
        tap.check(f"seen-{key}" in said and f"from         {name}\n" in said, f"want {key} from the {name}:", said)
        take_away(place, needs)
        if name == "instance metadata":
            place.environment["AWS_EC2_METADATA_DISABLED"] = "true"
    place.fails(3, "no credentials: none in the environment")


@tap.test("the chain's order: who claims and fails ends it, whoever comes after")
def _():
    broken = [
        ("AKIAENV", lambda p: p.environment.update(AWS_SECRET_ACCESS_KEY=None), "AWS_SECRET_ACCESS_KEY is not"),
        ("ASIAROLE", lambda p: p.aws.answers.update(AssumeRole=[(403, "{}")]), "STS answered AssumeRole"),
        ("ASIAWEB", lambda p: os.unlink(os.path.join(p.home, "token")), "the web identity token"),
        ("ASIASSO", lambda p: p.write(f".aws/sso/cache/{sha1('here')}.json", sso_token(-9)), "aws sso login"),
        ("AKIAFILE", lambda p: p.write(".aws/credentials", "[p]\naws_access_key_id = x\n"), "aws_secret_access_key"),
        ("ASIAOLD", lambda p: login_token(p, -9) or p.aws.answers.update({"/v1/token": [(401, "{}")]}),
         "the sign-in service answered"),
        ("AKIAPROC", lambda p: p.write("process", "{}"), "credential_process"),
        ("AKIACONF", lambda p: take_away(p, ["aws_secret_access_key"]), "aws_secret_access_key"),
        ("AKIAEC2", lambda p: p.write("ec2", "AWSAccessKeyId=AKIAEC2\n"), "but no AWSSecretKey"),
        ("AKIABOTO", lambda p: p.write("boto", "[Credentials]\naws_access_key_id\n"), "boto:2: there is neither"),
        ("ASIABOX", lambda p: p.aws.answers.update({"/container": [(403, "")]}), "HTTP status 403"),
    ]
    for (key, name, needs), (broken_key, breaks, want) in zip(CHAIN, broken):
        tap.same(broken_key, key)
        place = everything()
        for _, _, gone in CHAIN[:CHAIN.index((key, name, needs))]:
            take_away(place, gone)
        breaks(place)
        place.fails(3, want)
        tap.check(not [e for e in place.aws.said if "X-Amz-Target" in e[2]], name, "DynamoDB was asked all the same")


@tap.test("whose profile: the option, AWS_PROFILE, AWS_DEFAULT_PROFILE, default; and what an option leaves out")
def _():
    names = ("default", "one", "two", "three")
    place = Place("", "".join(KEYS.replace("default", name).replace("AKIAFILE", f"AKIA{name.upper()}")
                              for name in names),
                  AWS_PROFILE="two", AWS_DEFAULT_PROFILE="three")
    for name in names:
        place.aws.know(f"AKIA{name.upper()}", "filesecret")
    place.aws.know("AKIAENV", "envsecret")
    place.sees("AKIAONE", "--profile", "one")
    place.sees("AKIATWO")
    place.environment["AWS_PROFILE"] = ""
    place.sees("AKIATHREE")
    place.environment["AWS_DEFAULT_PROFILE"] = None
    place.sees("AKIADEFAULT")
    place.environment.update(AWS_ACCESS_KEY_ID="AKIAENV", AWS_SECRET_ACCESS_KEY="envsecret", AWS_PROFILE="one")
    place.sees("AKIAENV")
    place.sees("AKIATWO", "--profile", "two")
    place.environment.update(AWS_WEB_IDENTITY_TOKEN_FILE="/nonexistent", AWS_ROLE_ARN="arn:aws:iam::1:role/w")
    place.sees("AKIATWO", "--profile", "two")
    place.environment["AWS_ACCESS_KEY_ID"] = ""
    place.fails(3, "the web identity token")
    place.fails(3, 'there is no profile "four" in', "the profiles there are: default, one, two, three",
                words=("--profile", "four"))
    place.environment.update(AWS_PROFILE="four", AWS_ACCESS_KEY_ID="AKIAENV")
    place.fails(3, 'there is no profile "four" in')


@tap.test("the two files: keys of the credentials file stand over those of the config file")
def _():
    place = Place("[profile p]\naws_access_key_id = AKIACONF\naws_secret_access_key = confsecret\n",
                  "[p]\nregion = eu-north-1\n", AWS_PROFILE="p", AWS_REGION=None)
    place.aws.know("AKIACONF", "confsecret")
    place.aws.know("AKIAFILE", "filesecret")
    place.aws.know("AKIABASE", "basesecret")
    place.sees("AKIACONF")
    tap.check("/eu-north-1/" in place.aws.said[-1][2]["Authorization"])
    place.write(".aws/credentials", KEYS.replace("default", "p"))
    place.sees("AKIAFILE", "--region", "eu-west-3")
    place.write(".aws/credentials", KEYS.replace("default", "p") + "role_arn = arn:aws:iam::123456789012:role/x\n"
                "source_profile = base\n[base]\naws_access_key_id = AKIABASE\naws_secret_access_key = basesecret\n")
    place.sees("ASIAROLE1", "--region", "eu-west-3")
