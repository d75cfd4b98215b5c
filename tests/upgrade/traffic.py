"""A steady stream of requests by a few people about a few events that are soon sold out, and a record of every answer."""
import collections
import random
import threading
import time

from person import Person

PEOPLE, EVENTS, SEATS, PER_PERSON = 6, 3, 4, 2
PAUSE_S = 0.02  # between two requests of a person: what both releases can take while they are exchanged on a busy machine

# A command that was answered 202. `booking`: the one that is to be made, or that is to be cancelled.
Accepted = collections.namedtuple("Accepted", "request kind person event booking sent answered")


class Traffic:
    def __init__(self):
        self.owner = Person()
        self.events = [self.owner.make_event(SEATS, PER_PERSON) for _ in range(EVENTS)]
        self.accepted, self.replays, self.wrong = [], 0, []
        self.slowest = 0  # seconds that a turn of one or two requests took
        self.news, self.ending = threading.Condition(), threading.Event()
        people = [Person() for _ in range(PEOPLE)]
        self.threads = [threading.Thread(target=self.one_person, args=each) for each in enumerate(people)]
        self.threads.append(threading.Thread(target=self.one_owner))

    def __enter__(self):
        for each in self.threads:
            each.start()
        return self

    def __exit__(self, *_):
        self.ending.set()
        for each in self.threads:
            each.join()

    def await_more(self, count, seconds=30):
        with self.news:
            goal = len(self.accepted) + count
            if not self.news.wait_for(lambda: len(self.accepted) >= goal or self.wrong, seconds):
                raise AssertionError(f"{goal - len(self.accepted)} of {count} requests are missing after {seconds} s")

    def one_person(self, number, person):
        chance, keyed = random.Random(number), []
        turns = (self.book, self.book, self.book_with_key, self.cancel, self.cancel_booking, self.replay, self.look)
        while not self.ending.wait(PAUSE_S):
            self.attempt(chance.choice(turns), person, chance.choice(self.events), keyed)

    # Up and down again; down only where so few are booked.
    def one_owner(self):
        while not self.ending.wait(5 * PAUSE_S):
            for seats in (SEATS + 1, SEATS):
                self.attempt(self.change, seats)

    def attempt(self, turn, *arguments):
        start = time.monotonic()
        try:
            turn(*arguments)
        except Exception as error:  # whatever it was, it should have been an answer
            with self.news:
                self.wrong.append(f"{turn.__name__}: {error!r}")
                self.news.notify_all()
        self.slowest = max(self.slowest, time.monotonic() - start)

    def note(self, kind, person, event, booking, sent, accepted):
        with self.news:
            self.accepted.append(Accepted(accepted["request"]["id"], kind, person.id, event, booking, sent, time.monotonic()))
            self.news.notify_all()

    def book(self, person, event, _, key=None):
        sent = time.monotonic()
        made = person.data(202, "POST", "/v1/events/book", {"event_id": event}, key=key)
        self.note("book", person, event, made["notification"]["booking_id"], sent, made)
        return made

    def book_with_key(self, person, event, keyed):
        key = f"key-{len(keyed)}"
        keyed.append((key, event, self.book(person, event, keyed, key)))

    def cancel(self, person, event, _):
        sent = time.monotonic()
        self.note("cancel", person, event, None, sent, person.cancel(event_id=event))

    def cancel_booking(self, person, event, _):
        listed = person.data(200, "GET", f"/v1/bookings?event_id={event}&limit=10")["data"]
        for booking in (each["id"] for each in listed if each["state"] in ("confirmed", "waitlisted")):
            sent = time.monotonic()
            self.note("cancel", person, event, booking, sent, person.data(202, "DELETE", f"/v1/bookings/{booking}"))
            return

    # The newest as well as one of long ago, which the other release may have answered.
    def replay(self, person, _, keyed):
        for key, event, first in {each[0]: each for each in keyed[:1] + keyed[-1:]}.values():
            again = person.call("POST", "/v1/events/book", {"event_id": event}, key=key)
            assert (again.status, again.headers["Idempotent-Replayed"], again.body["data"]) == (202, "true", first), again.body
            self.replays += 1

    @staticmethod
    def look(person, _, keyed):
        if keyed:
            assert person.request(keyed[-1][2])["state"] in ("queued", "done")

    def change(self, seats):
        answer = self.owner.call("PATCH", f"/v1/events/{self.events[0]}", {"number_of_tickets": seats, "title": f"For {seats}"})
        assert answer.status in (200, 202) or answer.body.get("code") == "capacity_below_confirmed", answer.body
