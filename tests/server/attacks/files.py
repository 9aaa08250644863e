"""Files, programs and signals that mean harm: what others put beside the user's files, and what is left behind."""
import gzip
import hashlib
import json
import os
import signal
import subprocess

import server
import tap
import world
from evil import EVIL, NOBODY, environment, harmless, home, items, read, shell, write
from terminal import Terminal
from waiting import until

FROM_FILE = {"AWS_ACCESS_KEY_ID": None, "AWS_SECRET_ACCESS_KEY": None}


def put_there(what, path, target):
    """False when this user cannot."""
    if what == "a link":
        os.symlink(target, path)
    elif what == "a pipe":
        os.mkfifo(path)
    elif os.geteuid():
        return False
    else:
        write(path, "theirs")
        os.chown(path, NOBODY, NOBODY)
    return True


@tap.test("what others put where `import` and `export` write beside a file")
def _():
    for what in ("a link", "a pipe", "another user's file"):
        for statement, beside in (("import HOME/in.jsonl", "in.jsonl.rejected.jsonl"), ("export into HOME/out.jsonl", "out.jsonl.partial")):
            place = home()
            path, target = f"{place}/{beside}", f"{place}/target"
            write(target, "precious")
            write(f"{place}/in.jsonl", '{"pk": "a"}\n')
            if not put_there(what, path, target):
                continue
            done = world.run(["--endpoint-url", server.Hostile(items("x")).url, "-t", "shop", "--yes", "-c",
                              statement.replace("HOME", place)], env=environment(place), limit=world.LIMIT)
            said = done.err.decode()
            tap.same(done.status, 1, what, statement, said)
            tap.check(f"error: cannot write {path}: it is there and no ordinary file of yours\n" in said, said)
            tap.check("  take it away, or choose another directory\n" in said, said)
            tap.same(read(target), "precious")
            tap.check(what != "another user's file" or read(path) == "theirs", said)


@tap.test("a command that a hint makes of a file's name is one command")
def _():
    place = home()
    for name, content, hint in (("b; touch owned.jsonl", b"\xff\xfea\0", "iconv -f UTF-16 -t UTF-8 '{}'"),
                                ("c; ! touch owned.pksk", b"scan", '`source "{}"` runs them')):
        path = f"{place}/{name}"
        with open(path, "wb") as file:
            file.write(content)
        done = world.run(["--endpoint-url", server.Hostile().url, "-t", "shop", "-c", f"import '{path}'"], env=environment(place))
        tap.check(hint.format(path) in done.err.decode(), done.err)


@tap.test("a compressed file is unpacked without a shell, whatever it is called")
def _():
    place = home()
    path = f"{place}/$(touch owned); touch owned.jsonl"
    with gzip.open(path, "wb") as file:
        file.write(b"oops")
    done = world.run(["--endpoint-url", server.Hostile().url, "-t", "shop", "-c", f"import '{path}'"], env=environment(place))
    tap.check("owned.jsonl begins with neither an item nor a header" in done.err.decode(), done.err)
    tap.check(not any(os.path.exists(os.path.join(folder, "owned")) for folder in (place, os.getcwd())), done.err)


@tap.test("a command that a hint makes of a profile's name has no open quote")
def _():
    for name, quoted in (("a; touch owned", "'a; touch owned'"), ("it's", "'it'\\''s'"), ("x y" * 60, "NAME"), ("'" * 52, "NAME")):
        done = world.run(["--no-config", "--profile", name, "-c", "whoami"], env=environment(home(), **FROM_FILE))
        hint = done.err.decode().splitlines()[-1]
        tap.same(hint, f"  there are no profiles at all; `aws configure --profile {quoted}` makes one")


@tap.test("cells that a spreadsheet would run are the item's own text, and come back as that")
def _():
    cells = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0", '=HYPERLINK("http://evil.example")', " =1", "'=1"]
    for form in ("csv", "tsv"):
        place = home()
        hostile = server.Hostile([{"pk": {"S": cell}, "sk": {"S": cell}, "=name": {"S": cell}} for cell in cells])
        words = ["--endpoint-url", hostile.url, "-t", "shop", "--yes", "-c"]
        done = world.run([*words, f"scan into {place}/cells.{form}"], env=environment(place))
        tap.same(done.status, 0, done.err)
        with open(f"{place}/cells.{form}", encoding="utf-8", newline="") as file:
            tap.check(file.readline().startswith("pk,sk,=name" if form == "csv" else "pk\tsk\t=name"))
        done = world.run([*words, f"import {place}/cells.{form}"], env=environment(place))
        tap.same(done.status, 0, done.err)
        tap.same(hostile.written, set(cells))


@tap.test("what a credential_process says on a terminal")
def _():
    for what, text in EVIL.items():
        place = home()
        write(f"{place}/said", text.replace("\0", "") + "touch your key: \n")
        write(f"{place}/.aws/config", f"[default]\nregion = eu-west-1\ncredential_process = sh -c 'cat {place}/said >&2; exit 4'\n")
        with Terminal([world.PKSK, "--no-config", "-c", "whoami"], 120, 40, env=environment(place, **FROM_FILE)) as t:
            tap.same(t.wait_for_end(), 3, what, t.text())
            harmless(t.raw.decode("utf-8", "replace"), what)
            tap.same(t.screen.titles, [], what)
            tap.check("touch your key:" in t.text() and "failed with status 4" in t.text(), what, t.text())


@tap.test("what IAM Identity Center and STS refuse with")
def _():
    sign_in = {"accessToken": "token", "expiresAt": "2099-01-01T00:00:00Z"}
    for what, text in EVIL.items():
        hostile, said = server.Hostile(), f"said: {text} and more"
        place = home()
        write(f"{place}/.aws/sso/cache/{hashlib.sha1(b'here').hexdigest()}.json", json.dumps(sign_in))
        write(f"{place}/.aws/config", "[profile sso]\nsso_session = here\nsso_account_id = 123456789012\nsso_role_name = reader\n"
              "[sso-session here]\nsso_start_url = https://here.example/start\nsso_region = eu-west-1\n"
              "[profile sts]\nrole_arn = arn:aws:iam::123456789012:role/reader\nsource_profile = keys\n"
              "[profile keys]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secretword\n")
        for profile, body, begins in (
                ("sso", {"message": said}, "error: IAM Identity Center refused the role reader in account 123456789012 with HTTP status 403: said: "),
                ("sts", {"Error": {"Code": "Denied", "Message": said}}, "error: STS refused AssumeRole: Denied: said: ")):
            hostile.says = (403, json.dumps(body).encode())
            env = environment(place, AWS_ENDPOINT_URL_SSO=hostile.url, AWS_ENDPOINT_URL_STS=hostile.url, **FROM_FILE)
            done = world.run(["--no-config", "--profile", profile, "--debug", "-c", "whoami"], env=env)
            message = [line for line in done.err.decode().splitlines() if line.startswith("error: ")]
            tap.same(done.status, 3, what, done.err)
            tap.check(len(message) == 1 and message[0].startswith(begins) and message[0].endswith(" and more"), what, done.err)
            harmless(done.err.decode(), what)
            tap.check(b"secretword" not in done.err, done.err)


@tap.test("a password in a URL is in no message")
def _():
    for url in ("u:secretword@host:1", "ftp://u:secretword@host", "http://u:secretword@host", "http://u:secret word@host",
                "http://u:secretword#@host", "http://u:secretword@host:99999", "http://u:secretword/@host"):
        place = home()
        write(f"{place}/.aws/config", f"[default]\nregion = eu-west-1\nendpoint_url = {url}\n")
        for words in ([], ["--endpoint-url", url]):
            done = world.run(["--debug", "--no-config", *words, "-c", "tables"], env=environment(place))
            tap.check(done.status in (2, 3), url, done.err)
            tap.check(b"secret" not in done.err.replace(b"AWS_SECRET", b""), url, done.err)


@tap.test("thousands of profiles that lead to each other")
def _():
    place = home()
    chain = "".join(f"[profile p{i}]\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = p{i + 1}\n" for i in range(30000))
    write(f"{place}/.aws/config", f"{chain}[default]\nregion = eu-west-1\nrole_arn = arn:aws:iam::1:role/x\nsource_profile = p0\n")
    done = world.run(["--no-config", "-c", "whoami"], env=environment(place, **FROM_FILE), limit=world.LIMIT)
    tap.same((done.status, done.err), (3, b"error: more than 19 profiles lead to each other by source_profile\n"))


@tap.test("what stands in place of the settings holds up no start")
def _():
    for put in (os.mkfifo, os.mkdir, lambda path: os.symlink("/dev/zero", path)):
        place = home()
        path = f"{place}/.config/pksk/config"
        os.makedirs(os.path.dirname(path))
        put(path)
        done = world.run(["--local", "-c", "help get"], env=environment(place), limit=world.LIMIT)
        tap.same((done.status, done.err.decode()), (1, f"error: cannot read {path}: it is no ordinary file\n  mend that, or start with --no-config\n"))
    place = home()
    path = f"{place}/.config/pksk/config"
    write(path, "\x1b[2J\n")
    done = world.run(["--local", "-c", "help get"], env=environment(place))
    tap.same(done.err.decode(), f"error: {path}:1: text before the first [section]\n  mend that line, or start with --no-config\n")


@tap.test("a history of a million lines holds up no start, and is cut")
def _():
    place = home()
    path = f"{place}/.local/state/pksk/history"
    write(path, "".join(f"get USER#{i} PROFILE\n" for i in range(1000000)))
    with shell(server.Hostile(items("x")), place) as t:
        t.key("up")
        t.wait_for_line("shop> get USER#999999 PROFILE")
        t.key("ctrl-c")
        t.wait_for_line("shop> ")
        t.key("ctrl-d")
        tap.same(t.wait_for_end(), 0)
    lines = read(path).splitlines()
    tap.check(0 < len(lines) <= 20000 and lines[-1] == "get USER#999999 PROFILE", len(lines))


# ---- what is left behind ---------------------------------------------------------------------------------

@tap.test("what ends the shell takes away what the editor had open")
def _():
    for number in (signal.SIGTERM, signal.SIGHUP):
        place = home()
        write(f"{place}/editor", f'#!/bin/sh\necho "$1" > {place}/opened\nexec sleep 1000\n', 0o700)
        os.mkdir(f"{place}/tmp")
        with shell(server.Hostile(items("x")), place, VISUAL=f"{place}/editor", TMPDIR=f"{place}/tmp") as t:
            t.enter("edit scan")
            until(lambda: os.path.exists(f"{place}/opened") and read(f"{place}/opened"), "the editor")
            tap.same([os.stat(path).st_mode & 0o777 for path in (read(f"{place}/opened").strip(), os.path.dirname(read(f"{place}/opened")))],
                     [0o600, 0o700])
            os.kill(t.pid, number)
            tap.same(t.wait_for_end(), 128 + number)
        tap.same(os.listdir(f"{place}/tmp"), [])


@tap.test("what ends a statement half way leaves no half file, and the old one as it was")
def _():
    for number in (signal.SIGTERM, signal.SIGHUP):
        place, hostile = home(), server.Hostile(items("x"))
        hostile.endless = True
        write(f"{place}/out.jsonl", "old\n")
        child = subprocess.Popen([world.PKSK, "--endpoint-url", hostile.url, "-t", "shop", "--keep-going", "-c",
                                  f"scan into {place}/out.jsonl", "-c", "scan"], env=environment(place), stderr=subprocess.PIPE)
        until(lambda: len([o for o, _ in hostile.asked if o == "Scan"]) > 3, "pages")
        child.send_signal(number)
        said = child.communicate(timeout=world.LIMIT)[1].decode()
        tap.same(child.returncode, -number, said)
        tap.check("\nerror: interrupted after " in said, said)
        tap.same([name for name in os.listdir(place) if not name.startswith(".")], ["out.jsonl"])
        tap.same(read(f"{place}/out.jsonl"), "old\n")


@tap.test("a shell that was started to outlive its terminal does")
def _():
    child = subprocess.run(["nohup", world.PKSK, "--local", "--no-config", "-c", "! kill -HUP $PPID; echo on"], env=environment(),
                           stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    tap.same((child.returncode, child.stdout), (0, b"on\n"), child.stderr)
