"""A home, an environment and a server that plays AWS: where the tests of credentials take place."""
import functools
import hashlib
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = os.path.dirname(os.path.dirname(HERE))
sys.path.insert(0, os.path.join(TESTS, "lib"))
import server  # noqa: E402
import tap  # noqa: E402
import world  # noqa: E402

FOLDER = tempfile.TemporaryDirectory()
TIME = server.TIME


class Place:
    def __init__(self, config="", credentials="", **environment):
        self.aws = server.Aws()
        self.home = tempfile.mkdtemp(dir=FOLDER.name)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "XDG_"))}
        self.environment.update(HOME=self.home, AWS_REGION="eu-west-1", AWS_ENDPOINT_URL=self.aws.url,
                                AWS_EC2_METADATA_DISABLED="true", LC_ALL="C.UTF-8", no_proxy="*")
        self.environment.update(environment)
        if config:
            self.write(".aws/config", config.replace("HOME", self.home))
        if credentials:
            self.write(".aws/credentials", credentials)

    def write(self, name, text):
        path = os.path.join(self.home, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
            file.write(text if isinstance(text, str) else json.dumps(text))

    def read(self, name):
        with open(os.path.join(self.home, name), encoding="utf-8") as file:
            return json.load(file)

    def set(self):
        """The environment without what is None."""
        return {name: value for name, value in self.environment.items() if value is not None}

    def pksk(self, *words, stdin=b""):
        return world.run(["--no-config", *words], stdin=stdin, env=self.set())

    def run(self, *words):
        return self.pksk(*words, "-c", "tables")

    def sees(self, key, *words):
        """The request got through with that key (or one that begins so)."""
        done = self.run(*words)
        tap.same(done.status, 0, "standard error:", done.err.decode("utf-8", "replace"))
        tap.check(f"seen-{key}".encode() in done.out, done.out)
        tap.check(b"secret" not in done.err and b"token/of" not in done.err, done.err)
        return done

    def fails(self, status, *texts, words=()):
        done = self.run(*words)
        said = done.err.decode("utf-8", "replace")
        tap.same(done.status, status, said)
        for part in texts:
            tap.check(part in said, f"want {part!r} in:", said)
        tap.check("secret/of" not in said and "token/of" not in said, said)


KEYS = "[default]\naws_access_key_id = AKIAFILE\naws_secret_access_key = filesecret\n"
ROLE = ("[profile r]\nrole_arn = arn:aws:iam::123456789012:role/x\nsource_profile = default\n")
SSO = ("[profile s]\nsso_session = here\nsso_account_id = 123456789012\nsso_role_name = Admin\n"
       "[sso-session here]\nsso_region = eu-west-1\nsso_start_url = https://x.awsapps.com/start\n")
SSO_LEGACY = ("[profile s]\nsso_start_url = https://x.awsapps.com/start\nsso_region = eu-west-1\n"
              "sso_account_id = 123456789012\nsso_role_name = Admin\n")
SESSION = "arn:aws:iam::123456789012:user/me"
LOGIN = f"[default]\nlogin_session = {SESSION}\n"
LOGIN_CACHE = f".aws/login/cache/{hashlib.sha256(SESSION.encode()).hexdigest()}.json"


def sha1(text):
    return hashlib.sha1(text.encode()).hexdigest()


def sso_token(seconds, **more):
    return {"startUrl": "https://x.awsapps.com/start", "region": "eu-west-1", "accessToken": "good",
            "expiresAt": server.at(seconds).strftime(TIME), **more}


def cli_cache(aws):
    """As CLI 2.9 writes it after AssumeRole."""
    key, secret, token = aws.make("cli")
    return {"Credentials": {"AccessKeyId": key, "SecretAccessKey": secret, "SessionToken": token,
                            "Expiration": server.at(3000).strftime("%Y-%m-%dT%H:%M:%SUTC")},
            "AssumedRoleUser": {"AssumedRoleId": "A:b", "Arn": "arn:aws:sts::123456789012:assumed-role/x/b"},
            "ResponseMetadata": {"RequestId": "r", "HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}}


def instance_place(**more):
    place = Place(AWS_EC2_METADATA_DISABLED=None, **more)
    # A busy machine must not look like one that answers no token: its second is for a test of its own.
    place.environment.update(AWS_EC2_METADATA_SERVICE_ENDPOINT=place.aws.url, AWS_METADATA_SERVICE_TIMEOUT="120")
    return place


@functools.cache
def dpop_key():
    return subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True,
                          capture_output=True).stdout.decode()


def login_token(place, seconds):
    """What `aws login` leaves: ASIAOLD, for that many seconds."""
    place.aws.know("ASIAOLD", "oldsecret", "oldtoken")
    place.write(LOGIN_CACHE, {
        "accessToken": {"accessKeyId": "ASIAOLD", "secretAccessKey": "oldsecret", "sessionToken": "oldtoken",
                        "accountId": "123456789012", "expiresAt": server.at(seconds).strftime(TIME)},
        "tokenType": "aws_sigv4", "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "first",
        "dpopKey": dpop_key()})
