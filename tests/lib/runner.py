#!/usr/bin/python3
"""Runs the test programs, which all print TAP, and adds up. Called by tests/run, which builds first.

There are three kinds of tests: tests/offline needs no server, tests/server has one, tests/terminal has a
terminal, too. Programs are: what the sanitizer build registers with meson (the suite is the part's name),
every tests/KIND/PART/run, and every tests/lib/check-*. NAME is a part (unit), one program of it (unit/base), or,
for a part with a run file, any part of a test's name (sessions/limit).

--engine dynamodb-local runs against Amazon's server instead of Dynoxide.
--valgrind runs pksk under valgrind instead of with the sanitizers, by default for the transcripts alone.

Each program has a folder of its own in TMPDIR and HOME, and a time limit. A report of a sanitizer is
a failure whoever swallowed it, and so is a program that ends before its plan is done.
"""
import concurrent.futures
import glob
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

import localdb
import world

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LIMIT = 1800
VALGRIND = "--valgrind"
ENGINE = "--engine"
JOBS = max(2, os.cpu_count() or 1)


class Program:
    def __init__(self, name, command, limit=LIMIT, folder=TOP):
        self.name, self.command, self.limit, self.folder = name, command, limit, folder


def from_meson():
    build = os.path.join(TOP, "build-asan")
    text = subprocess.run(["meson", "introspect", build, "--tests"], check=True, capture_output=True).stdout
    for test in json.loads(text):
        if any(name.endswith(":all") for name in test["suite"]):
            continue  # found by its run file
        suite = test["suite"][0].split(":")[-1] if test["suite"] else "unit"
        yield Program(f"{suite}/{test['name']}", test["cmd"], LIMIT,
                      test["workdir"] or TOP)


def programs():
    found = list(from_meson())
    for path in sorted(glob.glob(os.path.join(TOP, "tests/lib/check-*"))):
        name = re.sub(r"^check-|\.py$", "", os.path.basename(path))
        found.append(Program("house/" + name, [path]))
    for part in parts():
        found.append(Program(os.path.basename(part), [os.path.join(TOP, "tests", part, "run")]))
    return found


def parts():
    """KIND/PART, of those that have a run file."""
    return [os.path.relpath(os.path.dirname(path), os.path.join(TOP, "tests"))
            for path in sorted(glob.glob(os.path.join(TOP, "tests/*/*/run")))]


def run_alone(part, build):
    """One part for `meson test`, with the build that it belongs to: its results go through as they are."""
    servers = start_servers(world.ENGINE)
    with tempfile.TemporaryDirectory(prefix="pksk-tests-") as folder:
        home = os.path.join(folder, "home")
        os.mkdir(home)
        program = os.path.join(build, "pksk")
        mine = dict(environment(folder, home), PKSK=program, PKSK_PLAIN=program, PKSK_BUILD=build)
        status = subprocess.run([os.path.join(TOP, "tests", part, "run")], cwd=TOP, env=mine).returncode
    for server in servers:
        server.stop()
    return status


def choose(found, names):
    if not names:
        return found
    chosen = []
    for name in names:
        hits = [p for p in found if p.name == name or p.name.startswith(name + "/")]
        part, _, rest = name.partition("/")
        if not hits and rest:
            hits = [Program(name, p.command + [rest]) for p in found if p.name == part]
        if not hits:
            sys.exit(f"tests/run: no test '{name}'; there are: {', '.join(p.name for p in found)}")
        chosen += [hit for hit in hits if hit not in chosen]
    return chosen


class Result:
    def __init__(self, program):
        self.program = program
        self.passed = self.failed = self.skipped = 0
        self.lines = []
        self.seconds = 0.0

    def broken(self, *lines):
        self.failed += 1
        self.lines += lines

    def read_tap(self, output):
        """Counts, and keeps failed results with the comments on both sides of them."""
        plan, seen, comments, after_failure = None, 0, [], False
        for line in output.splitlines():
            result = re.match(r"(not )?ok\b(.*)", line)
            planned = re.match(r"1\.\.(\d+)", line)
            if result:
                seen += 1
                bad = bool(result.group(1))
                if bad or after_failure:
                    self.lines += comments
                if bad:
                    self.failed += 1
                    self.lines.append(line)
                elif "# SKIP" in line:
                    self.skipped += 1
                    self.lines.append(line)
                else:
                    self.passed += 1
                comments, after_failure = [], bad
            elif planned:
                plan = int(planned.group(1))
            elif line.startswith("Bail out!"):
                self.broken(line)
            elif line.strip():
                comments.append(line)
        if after_failure:
            self.lines += comments
        if plan != seen:
            self.broken(*comments[-20:], f"{seen} results, where the plan says {plan}")


def environment(folder, home):
    mine = {name: value for name, value in os.environ.items()
            if not name.startswith(("AWS_", "XDG_")) and not name.lower().endswith("_proxy")}
    mine.update(
        PKSK=os.path.join(TOP, "build-asan/pksk"), PKSK_PLAIN=os.path.join(TOP, "build/pksk"),
        PKSK_BUILD=os.path.join(TOP, "build"), PKSK_TESTS_CACHE=localdb.CACHE, TMPDIR=folder, HOME=home,
        LC_ALL="C.UTF-8", TERM="dumb", AWS_EC2_METADATA_DISABLED="true",
        ASAN_OPTIONS=f"log_path={folder}/sanitizer:exitcode=99:detect_leaks=1",
        UBSAN_OPTIONS=f"log_path={folder}/sanitizer:print_stacktrace=1:halt_on_error=1")
    if VALGRIND in sys.argv:
        under_valgrind(mine, folder)
    return mine


def under_valgrind(mine, folder):
    """pksk becomes a script that runs the plain build under valgrind; reports go where the sanitizers' go."""
    path = os.path.join(folder, "pksk")
    with open(path, "w", encoding="utf-8") as script:
        script.write(f"#!/bin/sh\nexec valgrind --quiet --leak-check=full --errors-for-leak-kinds=definite "
                     f"--show-leak-kinds=definite --error-exitcode=99 --log-file='{folder}/sanitizer.%p' "
                     f"'{mine['PKSK_PLAIN']}' \"$@\"\n")
    os.chmod(path, 0o700)
    mine["PKSK"] = path


def run(program, scratch):
    result = Result(program)
    folder = tempfile.mkdtemp(dir=scratch)
    home = os.path.join(folder, "home")
    os.mkdir(home)
    started = time.monotonic()
    with open(os.path.join(folder, "stderr"), "w+b") as errors:
        process = subprocess.Popen(program.command, cwd=program.folder, env=environment(folder, home),
                                   stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors,
                                   start_new_session=True)
        timer = threading.Timer(program.limit, lambda: os.killpg(process.pid, signal.SIGKILL))
        timer.start()
        output = process.stdout.read().decode(errors="backslashreplace")
        status = process.wait()
        timer.cancel()
        errors.seek(0)
        said = errors.read().decode(errors="backslashreplace").splitlines()
    result.seconds = time.monotonic() - started
    result.read_tap(output)
    if result.seconds >= program.limit:
        result.broken(f"still running after {program.limit} s: stopped")
    elif status and not result.failed:
        result.broken(f"exit status {status}")
    for path in sorted(glob.glob(os.path.join(folder, "sanitizer*"))):
        with open(path, errors="backslashreplace") as report:
            # What valgrind says of itself, such as a system call that it does not know, is no report.
            lines = [line for line in report.read().splitlines() if not re.match(r"--\d+-- ", line)]
        if lines:
            result.broken(*lines[:60])
    if result.failed and said:
        result.lines += ["standard error:", *said[-40:]]
    return result


def show(result):
    word = "FAILED" if result.failed else "ok"
    counts = f"{result.passed} passed" + (f", {result.failed} failed" if result.failed else "") \
        + (f", {result.skipped} skipped" if result.skipped else "")
    print(f"{word:6} {result.program.name:28} {counts}  {result.seconds:.1f} s")
    for line in result.lines:
        print(f"       {line}")
    sys.stdout.flush()


def main(names):
    if names == ["--parts"]:
        print("\n".join(parts()))
        return 0
    if names[:1] == ["--tap"]:
        return run_alone(*names[1:])
    engine = localdb.default_engine()
    if ENGINE in names:
        at = names.index(ENGINE)
        engine = names[at + 1]
        del names[at:at + 2]
    if VALGRIND in names:
        names = [name for name in names if name != VALGRIND] or ["sessions"]
    chosen = choose(programs(), names)
    scratch = tempfile.mkdtemp(prefix="pksk-tests-")
    servers = start_servers(engine)
    passed = failed = 0
    try:
        with concurrent.futures.ThreadPoolExecutor(max_workers=JOBS) as pool:
            waiting = [pool.submit(run, program, scratch) for program in sorted(chosen, key=by_length)]
            for future in concurrent.futures.as_completed(waiting):
                result = future.result()
                show(result)
                passed += result.passed
                failed += result.failed
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
        for server in servers:
            server.stop()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def start_servers(engine):
    """What the programs share: the whole of DynamoDB Local, or the data that all only read."""
    os.environ["PKSK_TEST_ENGINE"] = world.ENGINE = engine
    servers = []
    for name in sorted({world.variable(database) for database in world.DATA}):
        servers.append(localdb.Server(engine).start())
        os.environ[name] = str(servers[-1].port)
    return servers


def by_length(program):
    """Whole parts first: they are the long ones, and the short ones fill the gaps at the end."""
    return "/" in program.name and program.name != "house/clang"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
