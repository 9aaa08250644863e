"""What the tests of attacks share: texts that a terminal would obey, and pksk with a server that sends them."""
import os
import re
import tempfile

import tap
import world
from terminal import Terminal

FOLDER = tempfile.TemporaryDirectory()
NOBODY = 65534

# What a terminal would obey, or what would make it show something else than what is there.
EVIL = {
    "C0": "\x00\x01\x05\x07\x08\x0b\x0e\x0f",
    "a return": "real\rfake",
    "an erased screen": "\x1b[2J\x1b[H\x1b[3J",
    "a title": "\x1b]0;owned\x07\x1b]2;owned\x1b\\",
    "a link": "\x1b]8;;http://evil.example/\x1b\\click\x1b]8;;\x1b\\",
    "the clipboard": "\x1b]52;c;b3duZWQ=\x07",
    "the end of a paste": "\x1b[201~! touch owned\r",
    "a question to the terminal": "\x1b[6n\x1b[c\x1bZ\x05",
    "C1": "\x9b2J\x9d0;owned\x9c\x90q\x9c\x85",
    "DEL": "rm\x7f\x7fls",
    "bidi": "\u202egnp.exe\u202c \u2066x\u2069 \u200f\u061c",
    "invisible": "a\u200b\u2060\ufeff\U000e0041\u00ad\u180e\u206a\ufffe\U0001d173\U0010ffffb",
    "line ends": "one\ntwo\u2028three\u2029four\x0cfive\x85six",
}
ALL = "".join(EVIL.values())
# What the terminal must not get from data. Newlines are the program's own; the sequences of colour and of
# the editor are too, so those are looked for by what follows ESC.
RAW = re.compile(r"[\x01-\x06\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
                 r"\u2060-\u206f\ufeff\ufffe\U0001d173-\U0001d17a\U000e0000-\U000e007f\U0010ffff]|\x1b[\]P_^XNOcZ]|\x1b\[(?:2J|3J|201~|6n|c)|\r(?![\n\x1b\r])fake")


def harmless(text, *about):
    found = RAW.search(text)
    tap.check(not found, *about, f"raw {text[max(0, found.start() - 60):found.end() + 60]!r}" if found else "")


def home():
    return tempfile.mkdtemp(dir=FOLDER.name)


def environment(place=None, **more):
    chosen = world.environment("AKIDEXAMPLE", place or home(), **more)
    return {name: value for name, value in chosen.items() if value is not None}


def write(path, text, mode=0o600):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(text)
    os.chmod(path, mode)


def read(path):
    with open(path, encoding="utf-8", newline="") as file:
        return file.read()


def items(value, name=None):
    return [{"pk": {"S": f"{i}{value}"}, "sk": {"S": value or "x"}, name or "odd": {"S": value},
             "deep": {"M": {name or "in": {"L": [{"S": value}]}}}, "set": {"SS": [value or "x"]}} for i in range(2)]


def on_terminal(hostile, *words, columns=120, **more):
    """Statements on a terminal, without the line editor: all that it got."""
    with Terminal([world.PKSK, "--endpoint-url", hostile.url, "-t", "shop", *words], columns, 40,
                  env=environment(PAGER="cat", **more)) as t:
        status = t.wait_for_end()
        return status, t.raw.decode("utf-8", "replace"), t


def shell(hostile, place=None, table="shop", **more):
    t = Terminal([world.PKSK, "--endpoint-url", hostile.url, *(["-t", table] if table else [])], 120, 40,
                 env=environment(place, PAGER="cat", **more))
    t.wait_for_line(f"{table or 'pksk'}> ")
    return t
