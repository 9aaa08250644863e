"""Drives a program in a real pseudo-terminal, and knows what a person would see there.

    with Terminal([pksk, "--local"], columns=80, rows=24) as t:
        t.wait_for("shop> ")
        t.type("get USER#42 ORD\\t")
        t.wait_for("ORDER#1001")
        print(t.text())

Nothing sleeps: each wait ends when the screen has what it asks for, or fails after a generous time with
the screen in its message. The screen understands what xterm does and libedit, less and pksk send;
a sequence that it does not know is a failure, so that nothing slips through unseen.
"""
import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time
import unicodedata

import tap

PATIENCE = 120
SEQUENCE = re.compile(r"\x1b(?:\[([?>=]?)([0-9;:]*)([ -/]*)([@-~])|\]([^\x07\x1b]*)(?:\x07|\x1b\\)|[()]([0-9A-Za-z])|([78=>cDEHMNOZ]))")
UNFINISHED = re.compile(r"\x1b(?:\[[?>=]?[0-9;:]*[ -/]*|\][^\x07\x1b]*\x1b?|[()])?\Z")


def width(char):
    if unicodedata.combining(char) or unicodedata.category(char) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    """The cells of a terminal, and what scrolled off its top."""

    def __init__(self, columns, rows):
        self.columns, self.rows = columns, rows
        self.scrolled, self.bells, self.modes, self.titles = [], 0, set(), []
        self.saved = (0, 0)
        self.main = None  # the cells under an alternate screen
        self.style, self.pending = "", ""
        self.clear()

    def clear(self):
        self.cells = [self.blank() for _ in range(self.rows)]
        self.x = self.y = 0

    def blank(self):
        return [(" ", "")] * self.columns

    def resize(self, columns, rows):
        """Without reflow: what is over the edge is gone, as in a plain terminal."""
        while len(self.cells) > rows and self.y > 0:
            self.scrolled.append(self.cells.pop(0))
            self.y -= 1
        self.cells = [(line + [(" ", "")] * columns)[:columns] for line in self.cells[:rows]]
        self.columns, self.rows = columns, rows
        self.cells += [self.blank() for _ in range(rows - len(self.cells))]
        self.x, self.y = min(self.x, columns - 1), min(self.y, rows - 1)

    def feed(self, text):
        text = self.pending + text
        unfinished = UNFINISHED.search(text)
        self.pending = text[unfinished.start():] if unfinished else ""
        text = text[:unfinished.start()] if unfinished else text
        at = 0
        while at < len(text):
            if text[at] == "\x1b":
                found = SEQUENCE.match(text, at)
                if not found:
                    raise tap.Failure(f"the terminal got a sequence it does not know: {text[at:at + 20]!r}")
                self.sequence(found)
                at = found.end()
            else:
                self.put(text[at])
                at += 1

    def put(self, char):
        if char == "\n":
            self.down()
        elif char == "\r":
            self.x = 0
        elif char == "\b":
            self.x = max(0, min(self.x, self.columns - 1) - 1)
        elif char == "\t":
            self.x = min(self.columns - 1, self.x // 8 * 8 + 8)
        elif char == "\a":
            self.bells += 1
        elif ord(char) < 32 or 0x7f <= ord(char) < 0xa0:
            if char != "\0":
                raise tap.Failure(f"a raw control character on the terminal: {char!r}")
        else:
            self.print(char)

    def print(self, char):
        wide = width(char)
        if wide == 0:
            x = max(0, min(self.x, self.columns) - 1)
            self.cells[self.y][x] = (self.cells[self.y][x][0] + char, self.style)
            return
        if self.x + wide > self.columns:  # wraps only when more comes: the last column holds the cursor
            self.x = 0
            self.down()
        self.cells[self.y][self.x] = (char, self.style)
        if wide == 2:
            self.cells[self.y][self.x + 1] = ("", self.style)
        self.x += wide

    def down(self):
        if self.y < self.rows - 1:
            self.y += 1
            return
        if self.main is None:
            self.scrolled.append(self.cells[0])
        self.cells = self.cells[1:] + [self.blank()]

    def up(self):
        if self.y > 0:
            self.y -= 1
        else:
            self.cells = [self.blank()] + self.cells[:-1]

    def sequence(self, found):
        private, numbers, _, final, title, _, short = found.groups()
        if title is not None:
            self.titles.append(title)
        elif short:
            self.short(short)
        elif final:
            parts = [int(n or 0) for n in re.split("[;:]", numbers)] if numbers else []
            if private and final in "hl":
                self.mode(parts, final == "h")
            elif not private:
                self.control(final, parts, max(1, parts[0] if parts else 1))

    def short(self, char):
        if char == "7":
            self.saved = (self.x, self.y)
        elif char == "8":
            self.x, self.y = self.saved
        elif char == "M":
            self.up()
        elif char == "D":
            self.down()

    def mode(self, parts, on):
        for part in parts:
            (self.modes.add if on else self.modes.discard)(part)
            if part in (47, 1047, 1049):
                if on and self.main is None:
                    self.main = (self.cells, self.x, self.y)
                    self.clear()
                elif not on and self.main is not None:
                    self.cells, self.x, self.y = self.main
                    self.main = None
                    self.resize(self.columns, self.rows)

    def control(self, final, parts, n):
        line = self.cells[self.y]
        x = min(self.x, self.columns - 1)
        if final == "m":
            self.style = "" if parts in ([], [0]) else self.style + ";".join(map(str, parts)) + ";"
        elif final in "AF":
            self.y = max(0, self.y - n)
        elif final in "BEe":
            self.y = min(self.rows - 1, self.y + n)
        elif final in "Ca":
            self.x = min(self.columns - 1, x + n)
        elif final == "D":
            self.x = max(0, x - n)
        elif final in "G`":
            self.x = min(self.columns, n) - 1
        elif final == "d":
            self.y = min(self.rows, n) - 1
        elif final in "Hf":
            self.y = min(self.rows, max(1, parts[0] if parts else 1)) - 1
            self.x = min(self.columns, max(1, parts[1] if len(parts) > 1 else 1)) - 1
        elif final == "J":
            self.erase_screen(parts[0] if parts else 0, x)
        elif final == "K":
            self.erase_line(line, parts[0] if parts else 0, x)
        elif final == "P":
            self.cells[self.y] = line[:x] + line[x + n:] + [(" ", "")] * min(n, self.columns - x)
        elif final == "@":
            self.cells[self.y] = (line[:x] + [(" ", "")] * n + line[x:])[:self.columns]
        elif final == "X":
            line[x:x + n] = [(" ", "")] * len(line[x:x + n])
        elif final == "L":
            self.cells = (self.cells[:self.y] + [self.blank() for _ in range(n)] + self.cells[self.y:])[:self.rows]
        elif final == "M":
            del self.cells[self.y:self.y + n]
            self.cells += [self.blank() for _ in range(self.rows - len(self.cells))]
        elif final not in "hlrtncqu":
            raise tap.Failure(f"the terminal does not know ESC [ … {final}")
        if final in "EF":
            self.x = 0

    def erase_line(self, line, what, x):
        first, last = {0: (x, self.columns), 1: (0, x + 1), 2: (0, self.columns)}[what]
        line[first:last] = [(" ", "")] * (last - first)

    def erase_screen(self, what, x):
        if what == 0:
            self.erase_line(self.cells[self.y], 0, x)
            gone = range(self.y + 1, self.rows)
        elif what == 1:
            self.erase_line(self.cells[self.y], 1, x)
            gone = range(self.y)
        else:
            gone = range(self.rows)
        for row in gone:
            self.cells[row] = self.blank()

    def lines(self):
        return ["".join(cell for cell, _ in line).rstrip() for line in self.cells]

    def history(self):
        return ["".join(cell for cell, _ in line).rstrip() for line in self.scrolled]

    def style_of(self, text):
        """The style of the first place where text stands, for tests of colour."""
        for line in self.cells:
            at = "".join(cell or "\0" for cell, _ in line).find(text)
            if at >= 0:
                return line[at][1]
        return None


class Terminal:
    def __init__(self, command, columns=80, rows=24, env=None, cwd=None):
        self.screen = Screen(columns, rows)
        self.raw, self.rest = b"", b""
        self.status = None
        environment = dict(os.environ if env is None else env)
        environment["TERM"] = "xterm-256color"
        for name in ("COLUMNS", "LINES"):
            environment.pop(name, None)
        self.pid, self.fd = pty.fork()
        if self.pid == 0:
            try:
                if cwd:
                    os.chdir(cwd)
                os.execvpe(command[0], command, environment)
            finally:
                os._exit(127)
        self.resize(columns, rows)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def resize(self, columns, rows):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        self.screen.resize(columns, rows)

    def type(self, text):
        os.write(self.fd, text.encode())

    def key(self, name):
        """ctrl-c, up, down, left, right, home, end, tab, enter, escape, delete, backspace"""
        self.type({"up": "\x1b[A", "down": "\x1b[B", "right": "\x1b[C", "left": "\x1b[D", "home": "\x1b[H",
                   "end": "\x1b[F", "tab": "\t", "enter": "\r", "escape": "\x1b", "delete": "\x1b[3~",
                   "backspace": "\x7f"}.get(name) or chr(ord(name[-1].upper()) - 64))

    def paste(self, text):
        """As a terminal does it: marked when the program asked for the marks, newlines as returns."""
        text = text.replace("\n", "\r")
        self.type(f"\x1b[200~{text}\x1b[201~" if 2004 in self.screen.modes else text)

    def enter(self, line):
        self.type(line + "\r")

    def read(self, seconds):
        """Takes in what is there, or comes within that time; False at the end of the program."""
        ready, _, _ = select.select([self.fd], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self.fd, 65536)
        except OSError:
            data = b""
        if not data:
            return False
        whole = self.rest + data
        keep = 0  # an unfinished UTF-8 character at the end waits for the next read
        for back in range(1, min(4, len(whole)) + 1):
            byte = whole[-back]
            if byte >= 0xc0:
                keep = back if back < (2 if byte < 0xe0 else 3 if byte < 0xf0 else 4) else 0
                break
            if byte < 0x80:
                break
        self.rest = whole[len(whole) - keep:]
        self.raw += data
        try:
            self.screen.feed(whole[:len(whole) - keep].decode())
        except UnicodeDecodeError:
            raise tap.Failure(f"not UTF-8 on the terminal: {whole!r}")
        return True

    def wait(self, condition, what, seconds=PATIENCE):
        """Reads until condition() is true."""
        end = time.monotonic() + seconds
        while not condition():
            left = end - time.monotonic()
            if left <= 0 or not self.read(min(left, 0.5)):
                if condition():
                    return
                tap.fail(f"waited for {what}; the screen:", self.text() or "(nothing)",
                         "the program ended" if left > 0 else "", self.raw[-300:], self.screen.x)

    def wait_for(self, text, seconds=PATIENCE):
        """Until text is on the screen (any line of it, or across lines that wrapped). The screen is
        known without the blanks at the end of its lines, so those of text do not count."""
        text = text.rstrip(" ")
        self.wait(lambda: text in self.text() or text in "".join(self.screen.lines()), repr(text), seconds)

    def wait_for_line(self, text, seconds=PATIENCE):
        """Until the line of the cursor, up to the cursor, is text: what was typed, without its hint."""
        self.wait(lambda: self.line() == text, f"the line {text!r}", seconds)

    def wait_for_end(self, seconds=PATIENCE):
        """The exit status; a signal counts as 128 and its number."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.read(0.2):
            pass
        while time.monotonic() < end:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            if pid:
                self.status = os.waitstatus_to_exitcode(status)
                if self.status < 0:
                    self.status = 128 - self.status
                return self.status
            select.select([], [], [], 0.01)
        tap.fail("the program does not end; the screen:", self.text())

    def line(self):
        return "".join(cell for cell, _ in self.screen.cells[self.screen.y][:self.screen.x])

    def text(self):
        """What has scrolled off and what is on the screen, without the empty lines at the end."""
        return "\n".join(self.screen.history() + self.screen.lines()).rstrip()

    def close(self):
        os.close(self.fd)
        if self.status is None:
            try:
                os.kill(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            os.waitpid(self.pid, 0)
            self.status = -1
