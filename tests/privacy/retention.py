"""Who came to an event is forgotten some time after it; its numbers stay."""
import re
import subprocess
import unittest

import redis_text
import stack
import tables
from search import REDIS
from stack import LOCAL, Person, await_true

DAY = {"TICKETD_RETENTION_DAYS": "1"}
# Of an event: what goes.
GOES = {"bookings": "bookings WHERE event_id = '{}'", "notifications": "notifications WHERE event_id = '{}'",
        "commands": "commands WHERE event_id = '{}'", "mails": "mails JOIN notifications n USING (id) WHERE n.event_id = '{}'"}
NOTHING = {"events": 0, "bookings": 0, "notifications": 0, "commands": 0}


def held(event):
    return {table: int(stack.sql("SELECT count(*) FROM " + rows.format(event))) for table, rows in GOES.items()}


def report(**settings):
    return stack.said_in_json("privacy", "report", **settings)


def purge():
    return stack.said_in_json("privacy", "purge", **DAY)


def standing(event):
    """What everybody is shown of it."""
    shown = [LOCAL.call("GET", path + event) for path in ("/v1/events/status/", "/v1/events/")]
    return [{name: value for name, value in one.items() if name != "updated_at"} for one in shown]


def end(events):
    """Moves events into the past, each so far, and what was asked for about them, whose ids have their time; then the worker
    closes their lines, and knows that they are over."""
    for event, ago in events.items():
        stack.sql(f"""
          UPDATE commands SET id = (substr(hex, 1, 8) || '-' || substr(hex, 9) || substr(id::text, 14))::uuid
            FROM lpad(to_hex(epoch_ms(now() - interval '{ago}' - interval '4 h')), 12, '0') AS hex WHERE event_id = '{event}';
          UPDATE events SET start_date_time = now() - interval '{ago}' - interval '3 h', end_date_time = now() - interval '{ago}'
            WHERE id = '{event}'""")
    ids = ", ".join(f"'{event}'" for event in events)
    await_true(lambda: stack.sql(f"SELECT sum(waiting_list_count) FROM events WHERE id IN ({ids})") == "0", "the lines are closed")
    LOCAL.kill("worker-1")  # the next one looks at once; this one does it every minute
    await_true(lambda: stack.sql(f"SELECT bool_and(over) FROM events WHERE id IN ({ids})") == "t", "marked as over")
    stack.settle()


class Retention(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        """An event of two days ago and one of twelve hours ago, which the same people came to."""
        cls.rita, cls.guests = Person("Rita"), [Person("Guest") for _ in range(4)]
        cls.past, cls.recent = cls.rita.make_event(2), cls.rita.make_event(2)
        for event in (cls.past, cls.recent):
            outcomes = [guest.book(event) for guest in cls.guests]
            assert outcomes == ["confirmed"] * 2 + ["waitlisted"] * 2, outcomes
            assert cls.guests[3].cancel(event) == "cancelled"
        end({cls.past: "2 days", cls.recent: "12 h"})
        cls.before, cls.recent_before, cls.standing = held(cls.past), held(cls.recent), standing(cls.past)
        cls.verified_before = stack.said_in_json("verify")
        cls.off = stack.ctl("privacy", "purge", TICKETD_RETENTION_DAYS="off")
        cls.after_off, cls.report_off = held(cls.past), report(TICKETD_RETENTION_DAYS="off")
        cls.report = report(**DAY)
        cls.purged, cls.after, cls.report_after, cls.again = purge(), held(cls.past), report(**DAY), purge()

    def test_without_the_setting_nothing_goes(self):
        status, said = self.off
        self.assertEqual(0, status, said)
        self.assertIn("TICKETD_RETENTION_DAYS", said)
        self.assertEqual(self.before, self.after_off)
        self.assertIsNone(self.report_off[1]["retention_days"])
        self.assertIn(self.report_off[1]["due_events"], (None, 0))

    def test_the_report_says_what_is_due(self):
        self.assertEqual((0, 1, 1), (self.report[0], *(self.report[1][name] for name in ("retention_days", "due_events"))))
        self.assertEqual(0, self.report_after[1]["due_events"])

    def test_the_report_names_every_table_with_people(self):
        named = {table["table"]: table for table in self.report[1]["tables"]}
        self.assertEqual(set(), set(tables.of_people()) - set(named))
        for name, table in named.items():
            self.assertTrue(table["what"] and table["columns"] and table["kept"], name)
            self.assertGreaterEqual(table["rows"], 0)

    def test_the_report_names_every_key_of_redis(self):
        """In its patterns words in capitals stand for what varies."""
        patterns = [re.sub(r"\b[A-Z]+\b", ".+", re.search(r"ticketd:\S+", one["keys"])[0]) for one in self.report[1]["redis"]]
        keys = [key.decode(errors="replace") for url in REDIS.values() for key, _ in redis_text.keys_of(LOCAL.settings()[url])]
        self.assertTrue(keys)
        self.assertEqual([], [key for key in keys if not any(re.fullmatch(pattern, key) for pattern in patterns)])
        for one in self.report[1]["redis"] + self.report[1]["logs"]:
            self.assertTrue(one["what"] and one["kept"], one)
        self.assertTrue(self.report[1]["logs"])

    def test_who_came_is_forgotten(self):
        print(f"purged: {self.purged[1]}", flush=True)
        self.assertTrue(all(self.before.values()), self.before)
        self.assertEqual((0, {"events": 1, **{name: self.before[name] for name in ("bookings", "notifications", "commands")}}), self.purged)
        self.assertEqual(dict.fromkeys(GOES, 0), self.after)
        for guest in self.guests:
            for path in ("/v1/bookings", "/v1/notifications"):
                self.assertNotIn(self.past, [one["event_id"] for one in guest.call("GET", path)["data"]])

    def test_the_numbers_stay(self):
        self.assertEqual(self.standing, standing(self.past))
        self.assertEqual(2, self.standing[1]["_count"]["event_tickets"])

    def test_what_is_over_since_today_stays_as_it_was(self):
        self.assertTrue(all(self.recent_before.values()), self.recent_before)
        self.assertEqual(self.recent_before, held(self.recent))

    def test_a_second_time_does_nothing(self):
        self.assertEqual((0, NOTHING), self.again)

    def test_verify_finds_nothing_wrong(self):
        for status, said in (self.verified_before, stack.said_in_json("verify")):
            self.assertEqual((0, []), (status, said["broken"]))

    def test_its_dates_are_not_changed_any_more(self):
        status, answer, _ = self.rita.ask("PATCH", "/v1/events/" + self.past, {"start_date_time": "2032-05-01T18:00:00Z",
                                                                              "end_date_time": "2032-05-01T21:00:00Z"})
        self.assertEqual((409, "event_over"), (status, answer.get("code")))
        self.assertEqual(self.standing, standing(self.past))

    def test_killed_between_two_pieces(self):
        """More bookings than a piece has; the last of them is held, so that whoever deletes them has to wait for it."""
        guest, count = self.guests[0], 12_000
        event = self.rita.make_event(2)
        self.assertEqual("confirmed", guest.book(event))
        end({event: "2 days"})
        number = "format('00000000-0000-7000-8000-%s', lpad(n::text, 12, '0'))::uuid"
        stack.sql(f"""
          INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at, cancelled_at)
          SELECT {number}, '{event}', '{guest.id}', 'cancelled', 1000 + n, 1, now(), now(), now() FROM generate_series(1, {count}) AS n;
          UPDATE events SET next_seq = 100000 WHERE id = '{event}'""")
        shown, all_rows = standing(event), sum(held(event).values())
        holder = self.hold(number.replace("n::text", f"'{count}'"))
        try:
            running = LOCAL.ctl_started("privacy", "purge", "--json", **DAY)
            await_true(lambda: sum(held(event).values()) < all_rows or running.poll() is not None, "a piece is deleted")
            running.kill()
            running.communicate()
            left = sum(held(event).values())
        finally:
            holder.communicate()
        print(f"killed with {left} of {all_rows} rows left", flush=True)
        self.assertTrue(0 < left < all_rows, left)
        # The session of the one that was killed ends a moment later, and until then it is at work.
        await_true(lambda: stack.ctl("privacy", "purge", **DAY)[0] == 0, "purged by the next one")
        self.assertEqual(dict.fromkeys(GOES, 0), held(event))
        self.assertEqual(shown, standing(event))
        self.assertEqual((0, NOTHING), purge())
        self.assertEqual([], stack.said_in_json("verify")[1]["broken"])

    @staticmethod
    def hold(number):
        """A psql with that booking in its hands, until its input ends."""
        holder = subprocess.Popen(["psql", "-XqAt", LOCAL.settings()["ADMIN_DATABASE_URL"]], text=True, stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        holder.stdin.write(f"BEGIN; SELECT 'held' FROM bookings WHERE id = {number} FOR UPDATE;\n")
        holder.stdin.flush()
        assert holder.stdout.readline() == "held\n"
        return holder
