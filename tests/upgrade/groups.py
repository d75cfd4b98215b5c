"""Bookings of several tickets, and seats that are held, while a worker of the previous release is still there, which knows nothing
of them: it touches no event that has one, and puts nothing aside."""
import unittest

from person import Person
from releases import NEW, OLD, WORKERS, await_true, handlers, stack


class Groups(unittest.TestCase):
    def setUp(self):
        stack().migrate()
        self.addCleanup(self.must_have_left_nothing)
        stack().run(NEW, *WORKERS, *handlers())
        self.owner, self.ann, self.bob = Person(), Person(), Person()
        self.event = self.owner.make_event(3, per_person=3)

    def must_have_left_nothing(self):
        stack().run(NEW, *WORKERS)
        stack().await_empty_queue(20)
        self.assertEqual([], stack().dead_letters())
        verified = stack().ctl("verify")
        self.assertEqual(0, verified.returncode, verified.stdout)

    def book(self, person, quantity):
        return person.data(202, "POST", "/v1/events/book", {"event_id": self.event, "quantity": quantity})

    def must_wait_for_a_newer_worker(self, event):
        """Of an event in which Ann has two seats and Bob waits: hers go to him, and not by a worker of the previous release."""
        stack().run(OLD, *WORKERS)
        cancelled = self.ann.cancel(event_id=event)
        refused = lambda: [line for line in stack().log_lines("worker_fault", *WORKERS)
                           if "newer" in str(line.get("error")) and event in str(line.get("error"))]
        await_true(refused, 10, "the database refuses the previous release's worker")
        self.assertEqual("queued", self.ann.request(cancelled)["state"])
        self.assertEqual([], stack().dead_letters())
        stack().run(NEW, *WORKERS)
        self.assertEqual("cancelled", self.ann.outcome(cancelled)["outcome"])

    # It would give one seat back for two tickets, or count a group as one.
    def test_an_event_with_groups_waits_for_a_newer_worker(self):
        self.assertEqual("confirmed", self.ann.outcome(self.book(self.ann, 2))["outcome"])
        self.assertEqual("waitlisted", self.bob.outcome(self.book(self.bob, 2))["outcome"])
        self.must_wait_for_a_newer_worker(self.event)
        self.assertEqual(["confirmed"], self.bob.states(self.event))

    # It would take seats of one pool for another's, and knows no limit of a type.
    def test_an_event_with_pools_waits_for_a_newer_worker(self):
        owned = {**Person.event(2), "pools": [{"name": "Floor", "capacity": 2}, {"name": "Balcony", "capacity": 2}], "max_per_user": 3}
        del owned["number_of_tickets"]
        event = self.owner.data(201, "POST", "/v1/events/initialize", owned)
        floor = event["ticket_types"][0]["id"]
        book = lambda person: person.outcome(person.data(202, "POST", "/v1/events/book", {
            "event_id": event["id"], "ticket_type_id": floor, "quantity": 2}))["outcome"]
        self.assertEqual("confirmed", book(self.ann))
        self.assertEqual("waitlisted", book(self.bob))
        self.must_wait_for_a_newer_worker(event["id"])
        self.assertEqual(["confirmed"], self.bob.states(event["id"]))

    # The same of an event that was made by the previous release, and got its balcony from this one.
    def test_an_event_of_before_may_get_a_pool(self):
        stack().run(OLD, *WORKERS, *handlers())
        event = self.owner.make_event(1)
        self.assertEqual("confirmed", self.ann.booked(event))
        self.assertEqual("waitlisted", self.bob.booked(event))
        stack().run(NEW, *WORKERS, *handlers())
        pool = self.owner.data(201, "POST", f"/v1/events/{event}/pools", {"name": "Balcony", "capacity": 1})
        self.owner.data(201, "POST", f"/v1/events/{event}/ticket-types", {"name": "Upstairs", "pool_id": pool["id"]})
        self.assertEqual(["waitlisted"], self.bob.states(event))
        self.must_wait_for_a_newer_worker(event)
        self.assertEqual(["confirmed"], self.bob.states(event))

    # It would confirm what is only offered.
    def test_an_event_that_holds_seats_waits_for_a_newer_worker(self):
        event = self.owner.data(201, "POST", "/v1/events/initialize", {**Person.event(1), "hold_minutes": 30, "offer_minutes": 30})["id"]
        self.assertEqual("held", self.ann.booked(event))
        self.assertEqual("waitlisted", self.bob.booked(event))
        self.must_wait_for_a_newer_worker(event)
        self.assertEqual(["held"], self.bob.states(event))
