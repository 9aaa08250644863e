"""Waiting for what a test needs, never for a time. The limit is for a machine that does much else."""
import time

import tap

LIMIT = 300


def until(condition, what):
    end = time.monotonic() + LIMIT
    while not condition():
        tap.check(time.monotonic() < end, "waited for", what)
        time.sleep(0.01)


def _status(pid):
    with open(f"/proc/{pid}/status", encoding="ascii", errors="replace") as file:
        return dict(line.rstrip("\n").split(":\t", 1) for line in file if ":\t" in line)


def until_it_waits(pid, number=None):
    """Until the process has nothing to do but to wait, and catches the signal of that number."""
    seen = []

    def waits():
        status = _status(pid)
        seen.append((status["State"][0], status["voluntary_ctxt_switches"], status["nonvoluntary_ctxt_switches"]))
        caught = number is None or int(status["SigCgt"], 16) >> (number - 1) & 1
        return caught and seen[-1][0] == "S" and seen[-5:].count(seen[-1]) == 5

    until(waits, "the process to wait")
