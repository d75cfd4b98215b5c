"""The stack of these tests, and what one does with it."""
import json
import os

import local_stack
import server

SMTP_PORT = int(os.environ["SMTP_PORT"])
SENDER = "tickets@example.org"
LOCAL = local_stack.LocalStack("mail", TICKETD_MAIL_URL=f"smtp://127.0.0.1:{SMTP_PORT}", TICKETD_MAIL_NAME="Theater, am Park",
                               TICKETD_MAIL_FROM=SENDER, TICKETD_RATE_LIMIT="off", TICKETD_MAIL_LIMIT_NETWORK="off",
                               TICKETD_PUBLIC_URL="https://tickets.example.org")
smtp = server.Server(SMTP_PORT)
BUILD, RUN_DIR, PORT = local_stack.BUILD, LOCAL.run_dir, LOCAL.port
await_true, ctl, sql, call = local_stack.await_true, LOCAL.ctl, LOCAL.sql, LOCAL.call


def start():
    smtp.start()
    LOCAL.start()


def stop():
    LOCAL.stop()
    smtp.stop()


def mails(state):
    """Those about events."""
    return [mail for mail in json.loads(ctl("mail", "list", state, "--json")[1])["mails"] if mail["kind"] != "verify_email"]


def log():
    return LOCAL.log("messenger")


def kill_messenger():
    LOCAL.kill("messenger")


class Person(local_stack.Person):
    def __init__(self, name="Ann", email=None):
        super().__init__(LOCAL, name, email)
