"""Which stream an event's commands stand in: bytes 9 to 15 of its id, little-endian, modulo the number of shards. That may never
change, or what is queued already would be overtaken by what is queued in another stream."""
import unittest
import uuid

from person import Person
from releases import NEW, OLD, SHARDS, WORKERS, handlers, stack

EVENTS = 200
VECTORS = [
    ("00000000-0000-7000-8000-000000000000", 16, 0),
    ("01900000-0000-7000-80ff-ffffffffffff", 16, 15),
    ("0192f0c1-2b3c-7d4e-8f01-020304050607", 1, 0),
    ("0192f0c1-2b3c-7d4e-8f01-020304050607", 7, 2),
    ("0192f0c1-2b3c-7d4e-8fb5-2c81e64f97d3", 16, 5),
    ("0192f0c1-2b3c-7d4e-8fb5-2c81e64f97d3", 100, 45),
    ("0192f0c1-2b3c-7d4e-8fb5-2c81e64f97d3", 256, 181),
    ("0192f0c1-2b3c-7d4e-8f00-0000000000ff", 250, 30),
    ("ffffffff-ffff-ffff-ffff-ffffffffffff", 250, 185),
]


def shard_of(event, shards=SHARDS):
    return int.from_bytes(uuid.UUID(event).bytes[9:16], "little") % shards


class Shards(unittest.TestCase):
    def test_are_these(self):
        for event, shards, expected in VECTORS:
            self.assertEqual(expected, shard_of(event, shards), (event, shards))

    def test_are_the_same_in_both_releases(self):
        stack().migrate()
        stack().sv("force-stop", *WORKERS)
        self.addCleanup(stack().sv, "up", *WORKERS)
        stack().run(OLD, *handlers())
        person = Person()
        events = [person.make_event(1, per_person=2) for _ in range(EVENTS)]
        for release in (OLD, NEW):
            stack().run(release, *handlers())
            for event in events:
                person.book(event)
        queued = [(fields["event"], shard) for shard in range(SHARDS) for _, fields in stack().entries(shard)]
        self.assertEqual(sorted(2 * [(event, shard_of(event)) for event in events]), sorted(queued))

    def test_are_the_same_in_sql(self):
        stack().migrate()
        name = "shard_of(uuid, integer)"
        self.assertEqual("t", stack().sql.value(f"SELECT to_regprocedure('{name}') IS NOT NULL"), f"there is no function {name}")
        for event, shards, expected in VECTORS:
            self.assertEqual(str(expected), stack().sql.value(f"SELECT shard_of('{event}', {shards})"), (event, shards))
