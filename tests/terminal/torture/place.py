"""What the tortures share: the folders of a run, its environment, and which calls are to fail."""
import hashlib
import json
import os
import re
import subprocess
import tempfile

import service
import tap
import world

SHIM = os.path.join(os.path.dirname(world.PKSK), "tests/terminal/torture/libtorture.so")
SAMPLE = 4
KINDS = {"": "fails", "EINTR": "is interrupted", "SHORT": "takes one byte", "DISK": "finds the disk full"}
HARMLESS = ("EINTR", "SHORT")
FOLDER = tempfile.TemporaryDirectory()
REPORT = re.compile(rb"AddressSanitizer|LeakSanitizer|runtime error:|UndefinedBehavior")
# Where these fail, what they speak of may stay, and that is all that can be done.
REMOVING = ("unlink", "unlinkat", "rmdir")

SESSION = "arn:aws:iam::123456789012:user/me"
AWS_CONFIG = f"""
[profile role]
role_arn = arn:aws:iam::123456789012:role/x
source_profile = base
[profile sso]
sso_session = here
sso_account_id = 123456789012
sso_role_name = Admin
[sso-session here]
sso_region = us-east-1
sso_start_url = https://x.awsapps.com/start
[profile program]
credential_process = sh HOME/give-me
[profile login]
login_session = {SESSION}
[profile web]
role_arn = arn:aws:iam::123456789012:role/w
web_identity_token_file = HOME/token
"""
PROCESS = """echo '{"Version": 1, "AccessKeyId": "AKIDEXAMPLE", "SecretAccessKey": "nothing"}'\n"""
EDITOR = """sed -e 's/NEW/OLD/' "$1" > "$1.new" && mv "$1.new" "$1"\n"""


def file_into(folder, name, text):
    path = os.path.join(folder, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", opener=lambda p, flags: os.open(p, flags, 0o600)) as file:
        file.write(text if isinstance(text, str) else json.dumps(text))


def dpop_key():
    return subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout"], check=True,
                          capture_output=True).stdout.decode()


DPOP_KEY = dpop_key()


def cached(seconds):
    """The sign-ins of the sso and the login profile, about to end: both are renewed and written back."""
    ends = service.aws.at(seconds).strftime(service.aws.TIME)
    sso = {"startUrl": "https://x.awsapps.com/start", "region": "us-east-1", "accessToken": "old", "expiresAt": ends,
           "clientId": "c", "clientSecret": "cs", "refreshToken": "first",
           "registrationExpiresAt": service.aws.at(86400).strftime(service.aws.TIME)}
    login = {"accessToken": {"accessKeyId": "ASIAOLD", "secretAccessKey": "oldsecret", "sessionToken": "oldtoken",
                             "accountId": "123456789012", "expiresAt": ends}, "tokenType": "aws_sigv4",
             "clientId": "arn:aws:signin:::devtools/same-device", "refreshToken": "first", "dpopKey": DPOP_KEY}
    return {f".aws/sso/cache/{hashlib.sha1(b'here').hexdigest()}.json": sso,
            f".aws/login/cache/{hashlib.sha256(SESSION.encode()).hexdigest()}.json": login}


class Place:
    """A home, a folder to work in and one for temporary files."""

    def __init__(self):
        self.root = tempfile.mkdtemp(dir=FOLDER.name)
        home = self.home = os.path.join(self.root, "home")
        keys = "[base]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = nothing\n"
        for name, text in {".aws/config": AWS_CONFIG.replace("HOME", home), ".aws/credentials": keys, "give-me": PROCESS,
                           "token": "eyJ.x.y\n", "edit-it": EDITOR, ".config/pksk/config": "[pksk]\nstats = on\n",
                           **cached(30)}.items():
            file_into(home, name, text)
        for name, text in {"more.pksk": "get USER#2 PROFILE\n", "in.jsonl": "".join(f'{{"pk":"j{i}","sk":"b"}}\n' for i in range(30)),
                           "in.csv": "pk,sk\n" + "".join(f"c{i},b\n" for i in range(30)), "old.jsonl": "what was there\n"}.items():
            file_into(os.path.join(self.root, "work"), name, text)
        os.mkdir(os.path.join(self.root, "tmp"))

    def files(self):
        found = {}
        for folder, _, names in os.walk(self.root):
            for name in names:
                path = os.path.join(folder, name)
                with open(path, "rb") as file:
                    found[os.path.relpath(path, self.root)] = file.read()
        return found


def environment(place, there, nth, kind):
    """Of a run in that place, whose nth call fails."""
    return world.environment("AKIDEXAMPLE", place.home, LD_PRELOAD=SHIM, TORTURE_NTH=str(nth), TORTURE_KIND=kind,
                             TORTURE_LOG=os.path.join(place.root, "calls"), TMPDIR=os.path.join(place.root, "tmp"), no_proxy="*",
                             AWS_ENDPOINT_URL=there.url, ASAN_OPTIONS="verify_asan_link_order=0:exitcode=99:detect_leaks=1",
                             UBSAN_OPTIONS="print_stacktrace=1:halt_on_error=1:exitcode=99")


def calls_of(place):
    """The calls of the run that just ended there, in order, with a ! where it was their turn."""
    log = os.path.join(place.root, "calls")
    with open(log, encoding="utf-8") as file:
        calls = file.read().split()
    os.unlink(log)
    return calls


def failed(calls):
    """The call, or the first of them, whose turn it was: the calls of two runs are not quite the same."""
    return next((f"{call[:-1]} (call {nth})" for nth, call in enumerate(calls, 1) if call.endswith("!")), "no call")


def own(name):
    """A file that the shell or the AWS CLI keeps for itself: it may be missing, and times in it differ."""
    return name.startswith("home/")


def check_own(name, content, what):
    if name.endswith((".json", ".table")):
        try:
            json.loads(content)
        except ValueError:
            tap.fail(f"{what}: {name} is broken", content)
    elif "/seen-" in name:
        tap.check(content.endswith(b"\n"), f"{what}: {name} is cut", content)


def within_a_loop(calls, nth):
    """Amid many of the same call, as where each descriptor is looked at."""
    return len(set(calls[max(0, nth - 10):nth + 10])) == 1


def choose(calls, every):
    """All of them, or some call of every function and some more."""
    places = {name: [nth for nth, call in enumerate(calls, 1) if call == name] for name in set(calls)}
    chosen = {nths[len(name) * 7 % len(nths)] for name, nths in places.items()}
    step = 1 if every else max(1, len(calls) // SAMPLE)
    return sorted(chosen.union(nth for nth in range(1, len(calls) + 1, step) if not within_a_loop(calls, nth)))
