"""Each release's worker carries out what the other's handlers queue, and each shows what the other has queued or decided."""
import unittest

from person import Person
from releases import NEW, OLD, WORKERS, handlers, other, stack

REFUSE = """
CREATE FUNCTION refuse_booking() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused by a test'; END $$;
CREATE TRIGGER refuse_booking BEFORE INSERT ON bookings FOR EACH ROW EXECUTE FUNCTION refuse_booking()"""
ALLOW = "DROP TRIGGER IF EXISTS refuse_booking ON bookings; DROP FUNCTION IF EXISTS refuse_booking"


class Mixed:
    asks = decides = None  # the releases of the handlers and of the workers

    @classmethod
    def setUpClass(cls):
        stack().migrate()

    def setUp(self):
        self.addCleanup(self.must_have_left_nothing)
        stack().run(self.decides, *WORKERS)
        stack().run(self.asks, *handlers())
        self.owner, self.ann, self.bob = Person(), Person(), Person()

    def must_have_left_nothing(self):
        self.addCleanup(stack().ctl, "dead", "drop", "--all")  # so that the next test does not fail for this one
        stack().await_empty_queue(20)
        self.assertEqual([], stack().dead_letters())
        verified = stack().ctl("verify")
        self.assertEqual(0, verified.returncode, verified.stdout)

    # One seat, which Ann has, and Bob waits for it.
    def make_sold_out_event(self):
        event = self.owner.make_event(1)
        self.assertEqual(("confirmed", "waitlisted"), (self.ann.booked(event), self.bob.booked(event)))
        return event

    def assert_bob_moved_up(self, event):
        self.assertEqual((["cancelled"], ["confirmed"]), (self.ann.states(event), self.bob.states(event)))

    def test_cancels_by_event(self):
        event = self.make_sold_out_event()
        self.assertEqual("cancelled", self.ann.outcome(self.ann.cancel(event_id=event))["outcome"])
        self.assert_bob_moved_up(event)
        self.assertEqual("nothing_to_cancel", self.ann.outcome(self.ann.cancel(event_id=event))["outcome"])

    def test_cancels_by_booking(self):
        event = self.make_sold_out_event()
        booking = self.ann.data(200, "GET", f"/v1/bookings?event_id={event}")["data"][0]["id"]
        self.assertEqual("cancelled", self.ann.outcome(self.ann.cancel(booking_id=booking))["outcome"])
        self.assert_bob_moved_up(event)
        booking = self.bob.data(200, "GET", f"/v1/bookings?event_id={event}")["data"][0]["id"]
        accepted = self.bob.data(202, "DELETE", f"/v1/bookings/{booking}")
        self.assertEqual("cancelled", self.bob.outcome(accepted)["outcome"])

    def test_keeps_the_limit_of_a_person(self):
        event = self.owner.make_event(5)
        self.assertEqual("confirmed", self.ann.booked(event))
        refused = self.ann.outcome(self.ann.book(event))
        self.assertEqual(("rejected", "limit_reached"), (refused["outcome"], refused["reason"]))

    def test_changes_an_event(self):
        event = self.make_sold_out_event()
        path = f"/v1/events/{event}"
        self.assertEqual("Matinee", self.owner.data(200, "PATCH", path, {"title": "Matinee"})["title"])
        # 200 and not 202: the worker told the handler that waits.
        changed = self.owner.data(200, "PATCH", path, {"title": "Soiree", "number_of_tickets": 3})
        self.assertEqual(("Soiree", 3, 1), tuple(changed[each] for each in ("title", "total_tickets", "available_tickets")))
        self.assertEqual(["confirmed"], self.bob.states(event))
        refused = self.owner.call("PATCH", path, {"number_of_tickets": 1})
        self.assertEqual((409, "capacity_below_confirmed"), (refused.status, refused.body["code"]))

    def test_deletes_an_event(self):
        event = self.make_sold_out_event()
        self.owner.data(200, "DELETE", f"/v1/events/{event}")
        # The previous release reads rows as they stand, and these follow the decision in pieces.
        stack().sql.await_value("SELECT count(*) FROM bulk_changes WHERE done_at IS NULL", "0")
        self.assertEqual((["cancelled"], ["cancelled"]), (self.ann.states(event), self.bob.states(event)))
        refused = self.ann.call("POST", "/v1/events/book", {"event_id": event})
        self.assertEqual((409, "event_cancelled"), (refused.status, refused.body["code"]))

    def test_replays_what_the_other_answered(self):
        event = self.owner.make_event(5, per_person=5)
        requests = {
            "events-initialize": (self.owner, "POST", "/v1/events/initialize", self.owner.event(2)),
            "events-book": (self.ann, "POST", "/v1/events/book", {"event_id": event}),
            "events-booking-cancel": (self.ann, "DELETE", "/v1/events/booking/cancel", {"event_id": event}),
        }
        first = {name: person.call(*request, key=name) for name, (person, *request) in requests.items()}
        stack().run(other(self.asks), *requests)
        for name, (person, *request) in requests.items():
            replayed = person.call(*request, key=name)
            self.assertEqual("true", replayed.headers["Idempotent-Replayed"], name)
            self.assertEqual((first[name].status, first[name].body), (replayed.status, replayed.body), name)
        reused = self.ann.call("POST", "/v1/events/book", {"event_id": self.owner.make_event(5)}, key="events-book")
        self.assertEqual((422, "idempotency_key_reused"), (reused.status, reused.body["code"]))
        self.ann.outcome(first["events-booking-cancel"].body["data"])
        self.assertEqual(["cancelled"], self.ann.states(event))

    def test_shows_what_the_other_queued(self):
        event = self.owner.make_event(1)
        stack().sv("force-stop", *WORKERS)
        self.addCleanup(stack().sv, "up", *WORKERS)
        booked, cancelled = self.ann.book(event), self.ann.cancel(event_id=event)
        stack().run(other(self.asks), "requests-get", "notifications-list")
        for accepted, kind, text in ((booked, "book", "Your booking is being processed."),
                                     (cancelled, "cancel", "Your cancellation is being processed.")):
            request = self.ann.request(accepted)
            self.assertEqual((kind, "queued"), (request["kind"], request["state"]))
            note = self.ann.notification(accepted["notification"]["id"])
            self.assertEqual((text, "processing", event), (note["message"], note["kind"], note["event_id"]))
        stack().sv("up", *WORKERS)
        self.assertEqual("confirmed", self.ann.outcome(booked)["outcome"])
        self.assertEqual("cancelled", self.ann.outcome(cancelled)["outcome"])
        self.assertEqual("booked", self.ann.notification(booked["notification"]["id"])["kind"])

    def test_has_the_other_retry_its_dead_letters(self):
        event = self.owner.make_event(1)
        self.addCleanup(stack().sql.rows, ALLOW)
        stack().sql.rows(REFUSE)
        accepted = self.ann.book(event)
        self.assertEqual("failed", self.ann.outcome(accepted)["state"])
        stack().sql.rows(ALLOW)
        command = accepted["request"]["id"]
        retried = stack().ctl("dead", "retry", command, release=other(self.decides))
        self.assertEqual(0, retried.returncode, retried.stdout + retried.stderr)
        stack().await_empty_queue(20)
        self.assertEqual("confirmed", self.ann.request(accepted)["outcome"])


class PreviousWorker(Mixed, unittest.TestCase):
    asks, decides = NEW, OLD


class PreviousHandlers(Mixed, unittest.TestCase):
    asks, decides = OLD, NEW
