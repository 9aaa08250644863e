"""TAP for the Python tests: each test is a function, and a failed assertion ends that one alone.

    @tap.test("a full disk under into")
    def _():
        tap.same(got, want)

    tap.main()          # sys.argv names the tests to run, by any part of their names

Diagnostics come before the result line that they belong to.
"""
import concurrent.futures
import difflib
import signal
import sys
import traceback

_tests = []


class Failure(Exception):
    """A test's own words on what is wrong: printed without a traceback."""


class Skip(Exception):
    """What this test needs is not on this machine."""


def test(name):
    """Registers the decorated function."""
    def register(function):
        _tests.append((name, function))
        return function
    return register


def fail(*lines):
    raise Failure("\n".join(str(line) for line in lines))


def check(condition, *lines):
    if not condition:
        fail(*(lines or ["not so"]))


def _lines(value):
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    return [ascii(line)[1:-1] if not line.isprintable() else line
            for line in (value if isinstance(value, str) else repr(value)).split("\n")]


def same(got, want, *about):
    """got == want, or a diff in which control characters are visible."""
    if got == want:
        return
    diff = list(difflib.unified_diff(_lines(want), _lines(got), "want", "got", lineterm="", n=3))
    if len(diff) > 60:
        diff = diff[:60] + ["…"]
    fail(*about, *(diff or [f"want {want!r}", f"got  {got!r}"]))


def _run(function):
    try:
        function()
    except Failure as failure:
        return "not ok", str(failure)
    except Skip as skip:
        return "skip", str(skip)
    except Exception:
        return "not ok", traceback.format_exc()
    return "ok", ""


def main(jobs=1):
    """Runs what was registered, jobs at a time, prints TAP, and exits."""
    # Whoever runs this may ignore the hangup, and what is started would inherit that.
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    parts = sys.argv[1:]
    chosen = [(name, f) for name, f in _tests if not parts or any(part in name for part in parts)]
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(max_workers=jobs) as pool:
        results = [(name, pool.submit(_run, function)) for name, function in chosen]
        for number, (name, result) in enumerate(results, 1):
            word, text = result.result()
            if word == "skip":
                print(f"ok {number} - {name} # SKIP {text}", flush=True)
                continue
            for line in text.splitlines():
                print(f"# {line}")
            failed += word != "ok"
            print(f"{word} {number} - {name}", flush=True)
    print(f"1..{len(chosen)}", flush=True)
    sys.exit(1 if failed else 0)
