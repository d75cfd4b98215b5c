"""The stack of these tests, with a mail server and a receiver of webhooks, and people."""
import json
import os
import subprocess

import local_stack
import receiver
import server
from local_stack import ROOT, await_true

SMTP_PORT, RECEIVER_PORT = int(os.environ["SMTP_PORT"]), int(os.environ["RECEIVER_PORT"])
PASSWORD = "correct horse"
# One worker: the one that is started anew looks at once for what is over.
LOCAL = local_stack.LocalStack("privacy", WEBHOOKS="1", WORKERS="1", TICKETD_RATE_LIMIT="off", TICKETD_MAIL_LIMIT_NETWORK="off",
                               TICKETD_MAIL_URL=f"smtp://127.0.0.1:{SMTP_PORT}", TICKETD_PUBLIC_URL="https://tickets.example.org")
smtp, posts = server.Server(SMTP_PORT), None
sql, ctl = LOCAL.sql, LOCAL.ctl


def start():
    global posts
    subprocess.run([ROOT / "tests/docs/install"], check=True)
    smtp.start()
    posts = receiver.Receiver(RECEIVER_PORT)
    LOCAL.start()


def stop():
    LOCAL.stop()
    posts.stop()
    smtp.stop()


class Person(local_stack.Person):
    def __init__(self, name, email=None):
        super().__init__(LOCAL, name, email)

    def carried_out(self, submitted):
        """What became of what was submitted."""
        def now():
            return self.call("GET", "/v1/requests/" + submitted["request"]["id"])
        await_true(lambda: now()["state"] != "queued", "carried out")
        return now()

    def book(self, event, **more):
        return self.carried_out(super().book(event, **more))["outcome"]

    def cancel(self, event):
        return self.carried_out(super().cancel(event))["outcome"]

    def is_told(self, kind):
        return any(one["kind"] == kind for one in self.call("GET", "/v1/notifications")["data"])


def said_in_json(*words, **settings):
    """ticketctl's status, and the JSON in its last line: progress may stand before it."""
    status, said = ctl(*words, "--json", **settings)
    assert said.strip(), f"ticketctl {' '.join(words)} said nothing, and ended with {status}"
    return status, json.loads(said.splitlines()[-1])


IS_SETTLED = """
  SELECT NOT EXISTS (SELECT FROM notifications WHERE untold OR unposted) AND NOT EXISTS (SELECT FROM event_news)
    AND NOT EXISTS (SELECT FROM mails WHERE state = 'waiting' AND error IS NULL)
    AND NOT EXISTS (SELECT FROM account_mails WHERE state = 'waiting' AND error IS NULL)
    AND NOT EXISTS (SELECT FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.state = 'waiting')
    AND NOT EXISTS (SELECT FROM bulk_changes WHERE done_at IS NULL)"""


def settle():
    """Everything that was asked for is decided, told, sent and posted."""
    await_true(lambda: json.loads(ctl("queue", "--json")[1])["depth"] == 0 and sql(IS_SETTLED) == "t", "settled")
