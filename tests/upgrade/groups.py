"""Bookings of several tickets while a worker of the previous release is still there, which knows nothing of them: it touches no
event that has one, and puts nothing aside."""
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

    # It would give one seat back for two tickets, or count a group as one.
    def test_an_event_with_groups_waits_for_a_newer_worker(self):
        self.assertEqual("confirmed", self.ann.outcome(self.book(self.ann, 2))["outcome"])
        self.assertEqual("waitlisted", self.bob.outcome(self.book(self.bob, 2))["outcome"])
        stack().run(OLD, *WORKERS)
        cancelled = self.ann.cancel(event_id=self.event)
        refused = lambda: [line for line in stack().log_lines("worker_fault", *WORKERS) if "newer" in str(line.get("error"))]
        await_true(refused, 10, "the database refuses the previous release's worker")
        self.assertEqual("queued", self.ann.request(cancelled)["state"])
        self.assertEqual([], stack().dead_letters())
        stack().run(NEW, *WORKERS)
        self.assertEqual("cancelled", self.ann.outcome(cancelled)["outcome"])
        self.assertEqual(["confirmed"], self.bob.states(self.event))
