"""An SMTP server (aiosmtpd) that keeps what it takes, and has the moods of mail servers."""
import email
import email.policy
import pathlib
import re
import threading

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


VERIFY, CHANGE, RESET = "Please confirm your address", "Please confirm your new address", "A new password for your account"
# In every language.
ABOUT_ACCOUNTS = [line.split(None, 1)[1] for file in pathlib.Path("worker/messenger/templates").glob("*/subjects")
                  for line in file.read_text().splitlines()
                  if re.match("(reset_password|verify_email|change_email|email_changed|password_changed) ", line)]


def token_of(mail, page, base="https://tickets.example.org"):
    """Of the link in the mail's text that leads to the page."""
    text = mail.get_body(("plain",)).get_content()
    tokens = re.findall(rf"{re.escape(base)}/{page}#([\w-]{{65}})", text)
    assert len(tokens) == 1, f"{len(tokens)} links to {page} in: {text}"
    return tokens[0]


class Server:
    """`mood` is called with the address of each recipient and gives back how it is treated: None, or a reply such as
    "550 5.1.1 no such user", or "hang up", which is what happens once all of the mail is here."""

    def __init__(self, port):
        self.port = port
        self.controller = None
        self.changed = threading.Condition()
        self.taken = []  # (recipient, message), whether we told the client or not
        self.good()

    def good(self):
        self.mood = lambda address: None

    def start(self, **more):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, **more)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    async def handle_RCPT(self, server, session, envelope, address, options):
        mood = self.mood(address)
        if mood and mood != "hang up":
            return mood
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session, envelope):
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        with self.changed:
            self.taken.append((envelope.rcpt_tos[0], message))
            self.changed.notify_all()
        if self.mood(envelope.rcpt_tos[0]) == "hang up":
            server.transport.abort()
        return "250 2.0.0 taken"

    def of(self, address, about=None):
        """The mails to the address: those with that subject, or those about events."""
        return [message for recipient, message in self.taken
                if recipient == address and (message["Subject"] == about if about else message["Subject"] not in ABOUT_ACCOUNTS)]

    def await_mails(self, address, count=1, seconds=20, about=None):
        """The same, of which there are so many by now."""
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.of(address, about)) >= count, seconds), \
                f"{len(self.of(address, about))} mails to {address}, not {count}, after {seconds} s"
            return self.of(address, about)
