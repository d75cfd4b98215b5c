"""A person whose name and addresses occur nowhere else, and all that she does before she goes."""
import functools

import server
import stack
from stack import LOCAL, PASSWORD, Person, await_true, smtp

NAME = "Zyxwia Quorbel"
FIRST, SECOND = "zyxwia.quorbel@example.org", "quorbel.zyxwia@example.net"
WORDS = (FIRST, SECOND, NAME, *NAME.split())
AT = "/zyxwia-quorbel"  # of her receiver


def expect(status, answered):
    assert answered[0] == status, f"{answered[0]} and not {status}: {answered[1]}"
    return answered[1].get("data")


class Ann(Person):
    """With people around her: Olga and what she organises, Bob behind her in a line, Cy before her, Dora who comes to hers."""

    def __init__(self):
        super().__init__(NAME, FIRST)
        self.olga, self.bob, self.cy, self.dora = (Person(name) for name in ("Olga", "Bob", "Cy", "Dora"))
        self.sign_in()
        self.ask_for_links()
        self.move()
        self.look_around()
        self.organise()
        self.take_part()
        self.be_refused()
        stack.settle()

    def sign_in(self):
        for address in (FIRST, FIRST.upper()):
            expect(409, LOCAL.ask("POST", "/v1/auth/register", {"name": NAME, "email": address, "password": PASSWORD}))
        expect(401, LOCAL.ask("POST", "/v1/auth/login", {"email": FIRST, "password": "wrong horse"}))
        entered = LOCAL.call("POST", "/v1/auth/login", {"email": FIRST, "password": PASSWORD})["tokens"]
        pair = LOCAL.call("POST", "/v1/auth/refresh-tokens", {"refresh_token": entered["refresh_token"]})
        self.tokens, self.refresh_token = [self.token, pair["access_token"]], pair["refresh_token"]

    def ask_for_links(self):
        for address in (FIRST, FIRST.upper()):
            LOCAL.call("POST", "/v1/auth/forgot-password", {"email": address})
        smtp.await_mails(FIRST, 2, about=server.RESET)
        self.call("POST", "/v1/auth/verify-email/send")
        smtp.await_mails(FIRST, 2, about=server.VERIFY)

    def move(self):
        self.call("POST", "/v1/auth/change-email", {"email": SECOND, "password": PASSWORD})
        mail, = smtp.await_mails(SECOND, about=server.CHANGE)
        LOCAL.call("POST", "/v1/auth/verify-email", {"token": server.token_of(mail, "verify-email")})
        smtp.await_mails(FIRST, about="Your account has another address")
        # By habit; nobody has that address any more.
        LOCAL.call("POST", "/v1/auth/forgot-password", {"email": FIRST})
        await_true(lambda: stack.sql("SELECT state FROM account_mails WHERE state = 'nobody'"), "looked for")

    def look_around(self):
        self.call("GET", "/v1/events/discover?q=" + FIRST.replace("@", "%40"), User_Agent=SECOND)
        self.call("GET", "/v1/users/me/calendar")

    def organise(self):
        self.webhook = self.call("POST", "/v1/webhooks", {"url": f"http://127.0.0.1:{stack.RECEIVER_PORT}{AT}"})
        self.own = self.make_event(3, key="an-evening-1")
        assert self.dora.book(self.own) == "confirmed"
        self.call("POST", f"/v1/events/{self.own}/messages", {"audience": "confirmed", "subject": "Doors", "text": "At seven."})
        self.call("PUT", f"/v1/events/{self.own}/reminder", {"hours_before": 24})
        self.call("PATCH", "/v1/users/me/settings", {"language": "de", "mails": {"reminders": False}})
        self.call("PATCH", "/v1/users/me/settings", {"language": None})
        self.call("POST", f"/v1/events/{self.own}/checkins", {"code": "no ticket at all", "nonce": "a-scan-1", "gate": "North"})
        await_true(lambda: self.dora.is_told("organiser_message"), "Dora knows where the doors are")
        stack.posts.await_posts(AT)
        self.call("POST", f"/v1/webhooks/{self.webhook['id']}/rotate")
        self.call("PATCH", "/v1/events/" + self.own, {"title": "Another evening"})

    def take_part(self):
        self.sold_out, self.waited_for, left = (self.olga.make_event(1) for _ in range(3))
        assert self.book(self.sold_out) == "confirmed" and self.bob.book(self.sold_out) == "waitlisted"
        assert self.cy.book(self.waited_for) == "confirmed" and self.book(self.waited_for) == "waitlisted"
        assert self.book(left) == "confirmed" and self.cancel(left) == "cancelled"
        seat = self.call("GET", f"/v1/bookings?event_id={self.sold_out}")["data"][0]["id"]
        self.call("PATCH", f"/v1/bookings/{seat}/tickets/1", {"holder_name": NAME})
        self.held = self.olga.make_event(4, hold_minutes=30, max_per_user=2, max_per_booking=2)
        assert self.book(self.held, quantity=2) == "held"
        with_key = self.olga.make_event(4)
        self.carried_out(self.call("POST", "/v1/events/book", {"event_id": with_key}, Idempotency_Key="a-booking-1"))
        smtp.await_mails(SECOND)

    def be_refused(self):
        smtp.mood = lambda address: f"550 5.1.1 <{address}>: no such user" if address == SECOND else None
        self.book(self.olga.make_event(1))
        await_true(lambda: stack.sql(f"SELECT error FROM mails WHERE user_id = '{self.id}' AND state = 'failed'"), "refused")
        smtp.good()


@functools.cache
def ann():
    return Ann()
