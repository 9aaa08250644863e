"""The same torture for the shell at a terminal: typed statements, TAB, history, a paste, a pager, an editor, Ctrl-C.

Whatever fails, the shell answers what is typed next or leaves with a message, the terminal is as it was, the files it
keeps are whole, no other file is left behind, and the next shell starts without a word about them.
"""
import collections
import os
import re
import signal
import termios
import time

import place
import service
import tap
import world
from terminal import Terminal

PROMPT = "shop> "
EXIT_PATIENCE = 20
QUIET = 1.5             # that long idle and without output, and a step whose call failed is over
BRACKETED = b"\x1b[?2004h"  # sent once with every prompt
MESSAGE = re.compile(r"error:|cannot|no look-up|retry|No entry for terminal")
UNTYPED = "\x1b[A"      # up: the last statement again


def new_modes():
    ends = os.openpty()
    modes = termios.tcgetattr(ends[0])
    for end in ends:
        os.close(end)
    return modes


NEW_MODES = new_modes()


def work_of(session):
    """What the processes of a session have worked so far, as they are now; a different answer later: not idle."""
    seen = []
    for name in os.listdir("/proc"):
        try:
            with open(f"/proc/{name}/stat", "rb") as f:
                fields = f.read().rpartition(b")")[2].split()
        except OSError:  # no process, or one that has ended
            continue
        if int(fields[3]) == session:
            seen.append((name, fields[0], fields[11], fields[12]))
    return sorted(seen)


def is_running(work):
    return any(state in (b"R", b"D") for _, state, *_ in work)


class Step:
    """Keys, and what is on the screen when they are answered: a new prompt when nothing is said."""

    def __init__(self, keys, until=None):
        self.keys, self.until = keys, until


DIALOGUES = {
    "typed": [Step("get USER#1 PROFILE\r"), Step("query USER#2 ORD\t", "query USER#2 ORDER#"), Step("\t", "ORDER#3"),
              Step("1\r"), Step("set format\r"), Step("nonsense", "nonsense"), Step("\x03"),
              Step("query USER#3 ORDER#0 select pk,\r"), Step("n\r"), Step(UNTYPED, "n"), Step("\r"),
              Step("\x1b[200~get USER#4 PROFILE\rget USER#5 PROFILE\x1b[201~", "USER#5 PROFILE"), Step("\r")],
    "programs": [Step("scan limit 40 select pk\r"), Step("edit query USER#4 ORDER#0\r", "[y/N]"), Step("y\r"),
                 Step("edit get USER#6 PROFILE\r"), Step("! echo out\r"), Step("scan | cat > piped.jsonl\r"),
                 Step("put USER#9 NEW a=1\r"), Step("undo\r"), Step("source more.pksk\r")],
    "keys": [Step("ge\t", "get"), Step("US\t", "USER#"), Step("1 OR\t", "ORDER#"), Step("2\r"),
             Step("\x12ORD", "ORDER#2"), Step("\r"), Step("use \t", "Archive"), Step("\x03"), Step("tables\r")],
}


class Dialogue:
    """One session at a terminal, and all that it left."""

    def __init__(self, steps, there, nth, kind="", where=None):
        self.place = where or place.Place()
        if not where:
            there.reset()
        self.patient = not nth or kind in place.HARMLESS
        env = place.environment(self.place, there, nth, kind)
        env.update(EDITOR=f"sh {self.place.home}/edit-it", PKSK_PAGER="sh -c cat", NO_COLOR="1")
        report = os.path.join(self.place.root, "report")
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
            env[name] += f":log_path={report}"
        words = [world.PKSK, "--endpoint-url", there.url, "-t", "shop"]
        with Terminal(words, 100, 40, env=env, cwd=os.path.join(self.place.root, "work")) as t:
            self.terminal = t
            self.prompts = 0
            self.step(Step(""))
            for step in steps:
                self.step(step)
            self.status = self.leave()
            self.modes_after = termios.tcgetattr(t.fd)
        self.text = t.text()
        self.calls = place.calls_of(self.place)
        self.writes = set(there.writes)
        self.files = self.place.files()
        self.reports = [self.files.pop(name) for name in list(self.files) if name.startswith("report")]

    def new_prompt(self):
        return self.terminal.raw.count(BRACKETED) > self.prompts and self.terminal.line().endswith("> ")

    def step(self, step):
        t = self.terminal
        self.prompts = t.raw.count(BRACKETED)
        before = t.text().count(step.until) if step.until else 0
        try:
            t.type(step.keys)
        except OSError:  # it has left
            return
        done = (lambda: t.text().count(step.until) > before) if step.until else self.new_prompt
        end = time.monotonic() + EXIT_PATIENCE
        quiet_since, work = time.monotonic(), None
        while not done() and time.monotonic() < end:
            seen, worked = len(t.raw), work
            if not t.read(0.05):
                return
            work = work_of(t.pid)
            if len(t.raw) != seen or work != worked or is_running(work):
                quiet_since = time.monotonic()
            elif not self.patient and time.monotonic() - quiet_since > QUIET:
                return
        tap.check(done() or not self.patient, f"waited for {step.until or 'a prompt'!r} after {step.keys!r}; the screen:", t.text())

    def leave(self):
        """Where the keyboard was let go of, Ctrl-D does it."""
        t = self.terminal
        for keys in ("exit\r", "\x03exit\r", "\x04"):
            try:
                t.type(keys)
            except OSError:
                pass
            try:
                return t.wait_for_end(EXIT_PATIENCE)
            except tap.Failure:
                pass
        os.kill(t.pid, signal.SIGABRT)
        tap.fail("it hangs; the screen:", t.text())

    def seen(self):
        """What is on the screen, without what differs from run to run."""
        return re.sub(r"[\d.]+ (ms|s)\b", "TIME", self.text)


def judge_files(run, good, what):
    kept = (".rejected.jsonl", ".partial") if run.status else ()
    for name, content in run.files.items():
        if what.startswith(place.REMOVING) and name not in good.files:
            continue
        if "is still there" in run.text:
            continue
        tap.check(name in good.files or name.endswith(kept), f"{what}: it left {name}", run.text)
        place.check_own(name, content, what)
        if name.endswith("/history"):
            lines = set(content.splitlines(keepends=True))
            more = lines - set(good.files[name].splitlines(keepends=True))
            tap.check(not more or MESSAGE.search(run.text), f"{what}: the history got {more}", run.text)
            tap.check(not content or content.endswith(b"\n") or "the last line of it is cut" in run.text, f"{what}: the history is cut", content)


def lost(run, good):
    """The caches may be missing: they are asked for again."""
    missing = {name for name in set(good.files) - set(run.files) if "/.cache/" not in name}
    return run.seen() != good.seen() or good.writes - run.writes or missing


def judge(run, good, what, kind):
    tap.check(not run.reports, what, *[report.decode("utf-8", "backslashreplace")[:3000] for report in run.reports])
    tap.check(run.status in range(5), f"{what}: status {run.status}", run.text)
    if not what.startswith("tcsetattr"):  # it may have been the one that gives the terminal back
        tap.same(run.modes_after, NEW_MODES, f"{what}: the terminal is not as it was", run.text)
    tap.check(2004 not in run.terminal.screen.modes, f"{what}: bracketed paste is still on", run.text)
    judge_files(run, good, what)
    tap.check(not run.writes - good.writes, f"{what}: it wrote what it should not have", run.writes - good.writes, run.text)
    if kind in place.HARMLESS:
        tap.same(run.seen(), good.seen(), f"{what}: noticed")
    # Where the terminal itself takes no text there is nowhere to say it, and its own echo is only seen.
    if lost(run, good) and not MESSAGE.search(run.text) and not what.startswith(("write", "tcgetattr", "tcsetattr")):
        tap.same(run.seen(), good.seen(), f"{what}: not a word")
        tap.fail(f"{what}: not a word", good.writes - run.writes, set(good.files) - set(run.files), run.text)


def judge_next(run, there, what):
    """The next shell finds all it needs."""
    after = Dialogue([Step("tables\r")], there, 0, where=run.place)
    tap.check(after.status == 0 and not MESSAGE.search(after.text), f"{what}: the next shell, status {after.status}", after.text)


def torture(name, kind, every):
    steps, there = DIALOGUES[name], service.Service()
    good = Dialogue(steps, there, 0, kind)
    tap.check(good.calls and good.status == 0 and not MESSAGE.search(good.text), good.text)
    print(f"# {name}, {place.KINDS[kind]}: {len(good.calls)} calls, {len(collections.Counter(good.calls))} functions")
    problems = []
    for nth in place.choose(good.calls, every):
        what = f"n = {nth}"
        try:
            run = Dialogue(steps, there, nth, kind)
            what = f"{place.failed(run.calls)}, n = {nth}"
            judge(run, good, what, kind)
            if run.files != good.files:
                judge_next(run, there, what)
        except tap.Failure as failure:
            problems.append(str(failure)[-1500:])
    tap.check(not problems, f"{len(problems)} of {len(good.calls)} calls:", *problems[:None if every else 6])


def register(every):
    for name in DIALOGUES:
        for kind in place.KINDS:
            @tap.test(f"at a terminal: {name}, while a call {place.KINDS[kind]}")
            def _(name=name, kind=kind):
                torture(name, kind, every)
