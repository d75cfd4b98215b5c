"""A host is upgraded at noon, goes back, and is upgraded again: people book and cancel all the time, and notice nothing."""
import collections
import unittest

from releases import NEW, OLD, WORKERS, handlers, stack
from traffic import PER_PERSON, Traffic

Outcome = collections.namedtuple("Outcome", "state outcome reason booking")
LOST = Outcome("", "lost", "", "")
BETWEEN = 60  # accepted commands, from one step to the next


class Noon(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        stack().run(OLD, *WORKERS, *handlers())
        with Traffic() as traffic:
            upgrade(traffic)
            go_back(traffic)
            upgrade_handlers_first(traffic)
        stack().await_empty_queue(30)
        cls.traffic = traffic
        cls.outcomes = {row[0]: Outcome(*row[1:]) for row in stack().sql.rows(f"""
          SELECT id, state, outcome, coalesce(reason, ''), coalesce(booking_id::text, '') FROM commands
          WHERE kind IN ('book', 'cancel') AND event_id IN ({", ".join(f"'{each}'" for each in traffic.events)})""")}

    def test_every_request_was_answered_as_always(self):
        self.assertEqual([], self.traffic.wrong)
        self.assertGreater(self.traffic.replays, 10)

    def test_every_accepted_command_took_effect_and_no_other(self):
        accepted = {each.request for each in self.traffic.accepted}
        self.assertEqual((set(), set()), (accepted - self.outcomes.keys(), self.outcomes.keys() - accepted))
        self.assertEqual({"done"}, {each.state for each in self.outcomes.values()})

    # What a person does about an event, one after the other, has one outcome, whatever the others do.
    def test_each_persons_commands_took_effect_in_their_order(self):
        live = collections.defaultdict(list)
        for command in sorted(self.traffic.accepted, key=lambda each: each.sent):
            was = self.outcomes.get(command.request, LOST)
            self.assertEqual(expected(command, live[command.person, command.event]), seen(was), command)

    # Nobody stands before one who had the 202 before he asked.
    def test_nobody_was_overtaken(self):
        place = {booking: int(seq) for booking, seq in stack().sql.rows("SELECT id, seq FROM bookings WHERE seq IS NOT NULL")}
        booked = [each for each in self.traffic.accepted if each.booking in place and each.kind == "book"]
        compared = 0
        for event in self.traffic.events:
            calls = [each for each in booked if each.event == event]
            for later in calls:
                for earlier in calls:
                    if earlier.answered < later.sent:
                        self.assertLess(place[earlier.booking], place[later.booking], (earlier, later))
                        compared += 1
        self.assertGreater(compared, 1000)

    def test_people_waited_and_moved_up(self):
        outcomes = collections.Counter(each.outcome for each in self.outcomes.values())
        self.assertGreater(outcomes["waitlisted"], 20)
        self.assertGreater(int(stack().sql.value("SELECT count(*) FROM bookings WHERE promoted_at IS NOT NULL")), 20)

    def test_the_tables_agree_with_the_rules(self):
        verified = stack().ctl("verify")
        self.assertEqual(0, verified.returncode, verified.stdout)
        self.assertEqual([], stack().dead_letters())


def upgrade(traffic):
    traffic.await_more(BETWEEN)
    stack().migrate()
    traffic.await_more(BETWEEN)
    for worker in WORKERS:  # for a while there is one of each
        stack().run(NEW, worker)
        traffic.await_more(BETWEEN)
    stack().run(NEW, *handlers())
    traffic.await_more(BETWEEN)


# The schema stays.
def go_back(traffic):
    stack().run(OLD, *handlers())
    traffic.await_more(BETWEEN)
    stack().run(OLD, *WORKERS)
    traffic.await_more(BETWEEN)


# As it should not be done, but a host that restarts everything at once does it.
def upgrade_handlers_first(traffic):
    stack().run(NEW, *handlers())
    traffic.await_more(BETWEEN)
    stack().run(NEW, *WORKERS)
    traffic.await_more(BETWEEN)


def expected(command, live):
    """What happens, and to which booking; `live` are the person's bookings of the event, the oldest first."""
    if command.kind == "book" and len(live) == PER_PERSON:
        return "limit_reached", ""
    if command.kind == "book":
        live.append(command.booking)
        return "booked", command.booking
    which = command.booking or (live[-1] if live else None)
    if which not in live:
        return "nothing_to_cancel", ""
    live.remove(which)
    return "cancelled", which


def seen(row):
    if row.outcome in ("confirmed", "waitlisted"):
        return "booked", row.booking
    return row.reason or row.outcome, row.booking
