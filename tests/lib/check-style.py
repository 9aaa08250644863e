#!/usr/bin/python3
"""What can be checked of the house's style: see .clang-format, .editorconfig and the tests below."""
import os
import re
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import tap  # noqa: E402

TOP = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LONGEST_FUNCTION = 80
LONGEST_FILE = 900
MADE = re.compile(r"build[^/]*/|\.git/|\.cache/|(.*/)?(__pycache__|node_modules)/")  # as .gitignore has it


def tracked():
    """The files of the repository, or, in an unpacked archive, what lies there."""
    git = shutil.which("git") and subprocess.run(["git", "ls-files", "-z"], cwd=TOP, capture_output=True)
    if git and git.returncode == 0:
        names = git.stdout.decode().split("\0")
    else:
        names = [os.path.relpath(os.path.join(folder, name), TOP) for folder, _, files in os.walk(TOP) for name in files]
        names = [name for name in names if not MADE.match(name)]
    return [name for name in names if os.path.isfile(os.path.join(TOP, name))]


def read(name):
    with open(os.path.join(TOP, name), "rb") as file:
        return file.read().decode("utf-8", "replace")


FILES = tracked()
C_FILES = [name for name in FILES if name.endswith((".c", ".h"))]
SCRIPTS = [name for name in FILES if re.match(r"#!.*\b(ba)?sh\b", read(name).split("\n", 1)[0])]


@tap.test("every header opens with what it is, and every source with a comment or its includes")
def _():
    wrong = [name for name in C_FILES if not read(name).startswith(("/*", "#include", "//"))]
    wrong += [name for name in C_FILES if name.startswith("include/") and not read(name).startswith("/*")]
    tap.check(not wrong, *wrong)


@tap.test("no tabs, no trailing blanks, a newline at the end")
def _():
    wrong = []
    for name in FILES:
        if not name.endswith((".c", ".h", ".py", ".md", ".build", ".ini", ".session")) and name not in SCRIPTS:
            continue
        text = read(name)
        if text and not text.endswith("\n"):
            wrong.append(f"{name}: no newline at the end")
        for number, line in enumerate(text.split("\n"), 1):
            if line != line.rstrip() and not name.endswith((".md", ".session")):
                wrong.append(f"{name}:{number}: trailing blank")
            if "\t" in line and name.endswith((".c", ".h", ".py")):
                wrong.append(f"{name}:{number}: tab")
    tap.check(not wrong, *wrong)


@tap.test("no typedef of a struct, no mark of unfinished work")
def _():
    wrong = []
    for name in C_FILES:
        for number, line in enumerate(read(name).split("\n"), 1):
            if re.search(r"\btypedef\s+(struct|union)\b", line):
                wrong.append(f"{name}:{number}: typedef of a struct")
            if re.search(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b", line):
                wrong.append(f"{name}:{number}: unfinished work")
    tap.check(not wrong, *wrong)


@tap.test(f"no function over {LONGEST_FUNCTION} lines, no source over {LONGEST_FILE}")
def _():
    wrong = []
    for name in C_FILES:
        if not name.startswith("src/"):
            continue
        lines = read(name).split("\n")
        if len(lines) > LONGEST_FILE:
            wrong.append(f"{name}: {len(lines)} lines")
        start = None
        for number, line in enumerate(lines, 1):
            if line == "{":
                start = number
            elif line == "}" and start:
                if number - start > LONGEST_FUNCTION:
                    wrong.append(f"{name}:{start}: a function of {number - start} lines")
                start = None
    tap.check(not wrong, *wrong)


@tap.test("no path of a workplace and no address of a registry")
def _():
    places = re.compile(r"(?<![\w.$}])/(work|root|tmp/(?!pksk\b)\w)/?\b|registry\.(npmjs|yarnpkg)|"
                        r"\b\w+\.jfrog\.\w+|\"resolved\":")
    wrong = []
    for name in FILES:
        if name.startswith("tests/") and name.endswith(("check-style.py", ".snapshot")):
            continue
        for number, line in enumerate(read(name).split("\n"), 1):
            if places.search(line):
                wrong.append(f"{name}:{number}: {line.strip()[:100]}")
    tap.check(not wrong, *wrong)


@tap.test("clang-format has nothing to change")
def _():
    # Versions disagree on details, and the tree is formatted by Debian 12's.
    version = subprocess.run(["clang-format", "--version"], capture_output=True).stdout \
        if shutil.which("clang-format") else b""
    if b"version 14." not in version:
        raise tap.Skip("no clang-format 14 here")
    done = subprocess.run(["clang-format", "--dry-run", "-Werror", *C_FILES], cwd=TOP, capture_output=True)
    tap.check(done.returncode == 0, *sorted({line.split(": error")[0] for line in
              done.stderr.decode().splitlines() if "error:" in line}))


@tap.test("shellcheck has nothing to say")
def _():
    if not shutil.which("shellcheck"):
        raise tap.Skip("no shellcheck here")
    done = subprocess.run(["shellcheck", *SCRIPTS], cwd=TOP, capture_output=True)
    tap.check(done.returncode == 0, *done.stdout.decode().splitlines())


@tap.test("what is started by its name is executable")
def _():
    wrong = [name for name in FILES if read(name).startswith("#!") and name.startswith((".ci", "tests"))
             and not os.access(os.path.join(TOP, name), os.X_OK)]
    tap.check(not wrong, *wrong)


tap.main()
