"""The stack of these tests, and organisers."""
import itertools
import json
import os
import subprocess

import local_stack
from local_stack import ROOT, await_true
from receiver import Receiver

PORT = int(os.environ["RECEIVER_PORT"])
# 127.0.0.1 stands for the internet here; all other addresses of this host are as private as they are.
NETWORKS = "127.0.0.1/32"
LOCAL = local_stack.LocalStack("webhooks", WEBHOOKS="1", STORES="sockets", TICKETD_RATE_LIMIT="off", TICKETD_WEBHOOK_NETWORKS=NETWORKS)
numbers = itertools.count(1)
sql = LOCAL.sql
receiver = None


def start():
    global receiver
    subprocess.run([ROOT / "tests/docs/install"], check=True)
    receiver = Receiver(PORT)
    LOCAL.start()


def stop():
    LOCAL.stop()
    receiver.stop()


class Person(local_stack.Person):
    def __init__(self, name="Ann"):
        super().__init__(LOCAL, name)


class Organiser(Person):
    """With a webhook to a path of its own, which the receiver knows."""

    def __init__(self, host="127.0.0.1", mood="good", port=PORT, receiver_at=None, **fields):
        super().__init__("Organiser")
        self.path, self.receiver = f"/organiser-{next(numbers)}", receiver_at or receiver
        made = self.call("POST", "/v1/webhooks", {"url": f"http://{host}:{port}{self.path}", **fields})
        self.webhook, self.secret = made["id"], made["secret"]
        self.receiver.tell(self.path, secrets=[self.secret], mood=mood)

    def mood(self, mood):
        self.receiver.tell(self.path, secrets=[self.secret], mood=mood)

    def of_webhook(self, method="GET", rest="", body=None):
        return self.call(method, f"/v1/webhooks/{self.webhook}{rest}", body)

    def deliveries(self, state=""):
        return self.of_webhook("GET", "/deliveries?limit=100" + (f"&state={state}" if state else ""))["data"]

    def test(self):
        return self.of_webhook("POST", "/test")

    def await_answer(self, delivery):
        """What the delivery says once it was tried."""
        def now():
            return next(one for one in self.deliveries() if one["id"] == delivery["id"])
        await_true(lambda: now()["error"] or now()["state"] != "waiting", "tried")
        return now()

    def posts(self, count=1, seconds=20):
        return self.receiver.await_posts(self.path, count, seconds)

    def news(self, count=1):
        """(type, data) of what was posted, in the order of its seq."""
        told = [json.loads(post["body"]) for post in self.posts(count)]
        return [(one["type"], one["data"]) for one in sorted(told, key=lambda one: one["data"].get("seq", 0))]


def due_now():
    """The clock is ours alone to move: what waits for another try has waited."""
    sql("""UPDATE webhook_deliveries SET due_at = now() WHERE state = 'waiting' AND error IS NOT NULL;
           UPDATE webhooks SET next_try_at = now() WHERE next_try_at > now()""")
