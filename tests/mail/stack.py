"""The stack of these tests, and what one does with it."""
import http.client
import itertools
import json
import os
import pathlib
import signal
import subprocess
import time

import server

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", ROOT / "build")).resolve()
RUN_DIR = BUILD / "mail-run"
PORT, SMTP_PORT = int(os.environ["TEST_PORT"]), int(os.environ["SMTP_PORT"])
SENDER = "tickets@example.org"
SETTINGS = {"TICKETD_MAIL_URL": f"smtp://127.0.0.1:{SMTP_PORT}", "TICKETD_MAIL_NAME": "Theater, am Park", "TICKETD_MAIL_FROM": SENDER,
            "TICKETD_RATE_LIMIT": "off", "TICKETD_MAIL_LIMIT_NETWORK": "off", "TICKETD_PUBLIC_URL": "https://tickets.example.org"}
numbers = itertools.count(1)
smtp = server.Server(SMTP_PORT)


def in_stack(*words, **more):
    return subprocess.run([ROOT / "systemd/local/stack", *words], check=True, cwd=ROOT,
                          env={**os.environ, **SETTINGS, "RUN_DIR": str(RUN_DIR), "PORT": str(PORT), "BIN_DIR": str(BUILD / "bin")}, **more)


def start():
    subprocess.run(["rm", "-rf", RUN_DIR], check=True)
    smtp.start()
    in_stack("start")


def stop():
    in_stack("stop", stderr=subprocess.DEVNULL)
    smtp.stop()


def settings():
    """As the stack has written them: NAME=value, or NAME='value'."""
    lines = (RUN_DIR / "env").read_text().splitlines()
    return {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}


def ctl(*words, **more):
    """ticketctl's exit status and all that it said."""
    done = subprocess.run([BUILD / "bin/ticketctl", *words], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env={**os.environ, **settings(), **more}, check=False)
    return done.returncode, done.stdout


def mails(state):
    """Those about events."""
    return [mail for mail in json.loads(ctl("mail", "list", state, "--json")[1])["mails"] if mail["kind"] != "verify_email"]


def sql(statement):
    return subprocess.run(["psql", "-XqAt", "-v", "ON_ERROR_STOP=1", settings()["ADMIN_DATABASE_URL"], "-c", statement], check=True,
                          text=True, stdout=subprocess.PIPE).stdout.strip()


def log():
    return (RUN_DIR / "log/messenger.log").read_text()


def await_true(condition, what, seconds=20):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not within {seconds} s: {what}"
        time.sleep(0.02)


def kill_messenger():
    os.kill(int((RUN_DIR / "pids/messenger").read_text()), signal.SIGKILL)


def call(method, path, body=None, token=None, host=None):
    headers = {"Connection": "close", "Content-Type": "application/json", **({"Authorization": "Bearer " + token} if token else {}),
               **({"Host": host} if host else {})}
    connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=30)
    try:
        connection.request(method, path, None if body is None else json.dumps(body), headers)
        reply = connection.getresponse()
        answer = json.loads(reply.read())
    finally:
        connection.close()
    assert reply.status < 300, f"{method} {path} gave {reply.status}: {answer}"
    return answer["data"]


class Person:
    def __init__(self, name="Ann", email=None):
        self.email = email or f"{name.lower()}-{os.getpid()}-{next(numbers)}@example.com"
        made = call("POST", "/v1/auth/register", {"name": name, "email": self.email, "password": "correct horse"})
        self.token, self.id = made["tokens"]["access_token"], made["user"]["id"]

    def make_event(self, tickets=1, **more):
        return call("POST", "/v1/events/initialize", {
            "title": "Evening", "description": "-", "location": "Main hall", "number_of_tickets": tickets,
            "start_date_time": "2032-05-01T18:00:00Z", "end_date_time": "2032-05-01T21:00:00Z", **more}, self.token)["id"]

    def book(self, event):
        return call("POST", "/v1/events/book", {"event_id": event}, self.token)

    def cancel(self, event):
        return call("DELETE", "/v1/events/booking/cancel", {"event_id": event}, self.token)

    def delete(self, event):
        return call("DELETE", "/v1/events/" + event, None, self.token)
