"""An entry that this release cannot know, for one after it has queued it: nothing is buried, and its shard waits for a worker
that knows it. The others go on."""
import unittest
import uuid

from person import Person
from releases import NEW, SHARDS, WORKERS, await_true, handlers, stack
from shards import shard_of

GOES_ON_WITHIN_S = 60  # from the moment that the entry is gone


class Unknown(unittest.TestCase):
    def setUp(self):
        stack().migrate()
        stack().run(NEW, *WORKERS, *handlers())
        self.ann = Person()
        self.events = {}  # shard -> an event of it
        while len(self.events) < SHARDS:
            event = self.ann.make_event(10, per_person=10)
            self.events.setdefault(shard_of(event), event)

    # Behind a booking stands a copy of it with these fields in place of its own, and another booking after that.
    def queue_behind(self, shard, **fields):
        before = self.ann.book(self.events[shard])
        entry = stack().entries(shard)[-1][1]
        added = stack().add_entry(shard, {**entry, "id": str(uuid.uuid4()), **fields})
        self.addCleanup(stack().remove_entry, shard, added)
        return before, added, self.ann.book(self.events[shard])

    def logged(self, shard, **fields):
        wanted = {"shard": str(shard), **fields}
        lines = stack().log_lines("unknown_command", *WORKERS)
        return any("version" in line and all(str(line.get(name)) == value for name, value in wanted.items()) for line in lines)

    def test_entries_are_left_to_a_worker_that_knows_them(self):
        self.addCleanup(stack().ctl, "dead", "drop", "--all")
        stack().sv("force-stop", *WORKERS)
        cases = {3: {"kind": "refund"}, 12: {"v": "99"}}
        queued = {shard: self.queue_behind(shard, **fields) for shard, fields in cases.items()}
        stack().sv("up", *WORKERS)
        with self.subTest("the log names shard, kind and version"):
            await_true(lambda: self.logged(3, kind="refund"), 10, "unknown_command of shard 3, refund")
            await_true(lambda: self.logged(12, kind="book", version="99"), 10, "unknown_command of shard 12, version 99")
        pids = [stack().pid(each) for each in WORKERS]
        with self.subTest("what stands before them, and the other shards, are carried out"):
            for before, _, _ in queued.values():
                self.assertEqual("confirmed", self.ann.outcome(before)["outcome"])
            for shard in self.events.keys() - cases.keys():
                self.assertEqual("confirmed", self.ann.booked(self.events[shard]))
        with self.subTest("they are buried nowhere, and nobody overtakes them"):
            self.assertEqual([], stack().dead_letters())
            for shard, (_, added, after) in queued.items():
                self.assertEqual(added, stack().entries(shard)[0][0])
                self.assertEqual("queued", self.ann.request(after)["state"])
        for shard, (_, added, _) in queued.items():
            stack().remove_entry(shard, added)
        with self.subTest("once they are gone the shards go on, without a restart"):
            for _, _, after in queued.values():
                self.assertEqual("confirmed", self.ann.outcome(after, GOES_ON_WITHIN_S)["outcome"])
            self.assertEqual(pids, [stack().pid(each) for each in WORKERS])
