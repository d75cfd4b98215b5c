"""Who finds an event, while programs of the previous release are still there, which know nothing of that."""
import unittest

from person import Person
from releases import NEW, OLD, WORKERS, handlers, stack


class Visibility(unittest.TestCase):
    def setUp(self):
        stack().migrate()
        self.addCleanup(stack().run, NEW, *WORKERS)
        stack().run(NEW, *WORKERS, *handlers())
        self.owner = Person()
        self.event = self.owner.make_event(3)

    def change(self, status, **changes):
        return self.owner.data(status, "PATCH", f"/v1/events/{self.event}", changes)

    def seen(self):
        event = self.owner.data(200, "GET", f"/v1/events/{self.event}")
        return event["total_tickets"], event["visibility"], event["timezone"]

    # The first release looks at no version of a command. Every later one leaves version 3 to a worker that knows it.
    def test_is_told_as_it_is_where_the_first_release_overlooks_it(self):
        stack().run(OLD, *WORKERS)
        answer = self.change(200, number_of_tickets=5, visibility="unlisted", timezone="Europe/Berlin")
        self.assertEqual((5, "public", None), (answer["total_tickets"], answer["visibility"], answer["timezone"]))
        self.assertEqual([], stack().dead_letters())
        stack().run(NEW, *WORKERS)
        self.change(200, number_of_tickets=6, visibility="unlisted", timezone="Europe/Berlin")
        self.assertEqual((6, "unlisted", "Europe/Berlin"), self.seen())

    # The handlers of the previous release make and change events beside it.
    def test_stays_when_the_previous_release_changes_the_event(self):
        self.change(200, visibility="unlisted", timezone="Europe/Berlin")
        stack().run(OLD, *handlers())
        self.assertEqual("Night", self.change(200, title="Night")["title"])
        self.assertEqual(6, self.change(200, number_of_tickets=6)["total_tickets"])
        made = self.owner.make_event(2)
        stack().run(NEW, *handlers())
        self.assertEqual((6, "unlisted", "Europe/Berlin"), self.seen())
        self.assertEqual("public", self.owner.data(200, "GET", f"/v1/events/{made}")["visibility"])
