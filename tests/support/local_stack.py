"""A stack of one's own below build/, for tests in Python that look at a process from outside, and what one does with it."""
import http.client
import itertools
import json
import os
import pathlib
import signal
import subprocess
import sys
import time
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
numbers = itertools.count(1)


def await_true(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


class LocalStack:
    """`kind` of tests, whose environment has TEST_PORT."""

    def __init__(self, kind, **settings):
        self.run_dir, self.port, self.given = BUILD / f"{kind}-run", int(os.environ["TEST_PORT"]), settings

    def in_stack(self, *words, **more):
        return subprocess.run([ROOT / "systemd/local/stack", *words], check=True, cwd=ROOT,
                              env={**os.environ, **self.given, "RUN_DIR": str(self.run_dir), "PORT": str(self.port),
                                   "BIN_DIR": str(BUILD / "bin")}, **more)

    def start(self):
        subprocess.run(["rm", "-rf", self.run_dir], check=True)
        self.in_stack("start")

    def stop(self):
        self.in_stack("stop", stderr=subprocess.DEVNULL)

    def settings(self, file="env"):
        """As the stack has written them: NAME=value, or NAME='value'."""
        lines = (self.run_dir / file).read_text().splitlines()
        return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}

    def ctl_started(self, *words, **more):
        """ticketctl as a process, whose output is all that it says."""
        return subprocess.Popen([BUILD / "bin/ticketctl", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env={**os.environ, **self.settings(), **more})

    def ctl(self, *words, **more):
        """ticketctl's exit status and all that it said."""
        process = self.ctl_started(*words, **more)
        said, _ = process.communicate()
        return process.returncode, said

    def sql(self, statement):
        return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", self.settings()["ADMIN_DATABASE_URL"], "-c", statement],
                              check=True, text=True, stdout=subprocess.PIPE).stdout.strip()

    def log(self, process):
        return (self.run_dir / f"log/{process}.log").read_text()

    def kill(self, process):
        pid = self.run_dir / f"pids/{process}"
        await_true(lambda: pid.read_text(), f"{process} runs")  # after the one before it was killed
        os.kill(int(pid.read_text()), signal.SIGKILL)

    def down(self, process):
        subprocess.run(["sv", "-w", "20", "down", self.run_dir / f"service/{process}"], check=True, stdout=subprocess.DEVNULL)

    def up(self, process):
        """And waits until it runs. A runsv whose process lived for less than a second sleeps for one. What is asked of it
        meanwhile waits in a queue, and sv, which sees what was wanted before, asks for nothing that seems to be so already:
        of down, up, down and up again a down may be left."""
        service = self.run_dir / f"service/{process}"
        subprocess.run(["sv", "up", service], check=True, stdout=subprocess.DEVNULL)
        await_true(lambda: subprocess.run(["sv", "status", service], check=False, text=True,
                                          stdout=subprocess.PIPE).stdout.startswith("run:"), f"{process} runs")

    def ask(self, method, path, body=None, token=None, **headers):
        """The status, the answer and its headers; User_Agent="x" sends `User-Agent: x`."""
        headers = {"Connection": "close", "Content-Type": "application/json",
                   **({"Authorization": "Bearer " + token} if token else {}),
                   **{name.replace("_", "-"): value for name, value in headers.items()}}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, None if body is None else json.dumps(body), headers)
            reply = connection.getresponse()
            return reply.status, json.loads(reply.read()), reply.headers
        finally:
            connection.close()

    def call(self, method, path, body=None, token=None, **headers):
        status, answer, _ = self.ask(method, path, body, token, **headers)
        assert status < 300, f"{method} {path} gave {status}: {answer}"
        return answer["data"]


class Person:
    def __init__(self, stack, name="Ann", email=None):
        self.stack = stack
        self.email = email or f"{name.lower()}-{os.getpid()}-{next(numbers)}@example.com"
        made = stack.call("POST", "/v1/auth/register", {"name": name, "email": self.email, "password": "correct horse"})
        self.token, self.id = made["tokens"]["access_token"], made["user"]["id"]

    def ask(self, method, path, body=None, **headers):
        return self.stack.ask(method, path, body, self.token, **headers)

    def call(self, method, path, body=None, **headers):
        return self.stack.call(method, path, body, self.token, **headers)

    def make_event(self, tickets=1, key=None, **more):
        return self.call("POST", "/v1/events/initialize", {
            "title": "Evening", "description": "-", "location": "Main hall", "number_of_tickets": tickets,
            "start_date_time": "2032-05-01T18:00:00Z", "end_date_time": "2032-05-01T21:00:00Z", **more},
            **({"Idempotency_Key": key} if key else {}))["id"]

    def book(self, event, **more):
        return self.call("POST", "/v1/events/book", {"event_id": event, **more})

    def cancel(self, event):
        return self.call("DELETE", "/v1/events/booking/cancel", {"event_id": event})

    def delete(self, event):
        return self.call("DELETE", "/v1/events/" + event)


class Result(unittest.TextTestResult):
    passed = 0

    def addSuccess(self, test):
        super().addSuccess(test)
        self.passed += 1


def print_ends_of(logs):
    """What the services said last: where these tests run unattended nobody finds their logs afterwards."""
    for log in sorted(logs.glob("*.log")):
        if log.stem.startswith(("webhooks", "messenger", "worker")):
            print(f"--- the end of {log}:", *log.read_text().splitlines()[-25:], sep="\n")


def run(kind, modules, start, stop, logs):
    """Runs the tests of the modules, or TESTS=Mails for some alone, between start() and stop(). Prints `N passed, M failed`, and
    gives back the exit status."""
    loader = unittest.TestLoader()
    if os.environ.get("TESTS"):
        loader.testNamePatterns = [f"*{os.environ['TESTS']}*"]
    suite = unittest.TestSuite(loader.loadTestsFromName(name) for name in modules)
    passed = failed = 0
    if suite.countTestCases() > 0:  # or others were asked for
        start()
        try:
            result = unittest.TextTestRunner(sys.stdout, verbosity=2, resultclass=Result).run(suite)
        finally:
            stop()
        for test, trace in result.failures + result.errors:
            print(f"FAILED: {test}: {trace.splitlines()[-1]}")
        if not result.wasSuccessful():
            print_ends_of(logs)
        print(f"{kind}: logs: {logs}")
        passed, failed = result.passed, len(result.failures) + len(result.errors)
    print(f"{passed} passed, {failed} failed")
    return failed > 0
