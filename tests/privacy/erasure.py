"""Somebody asks for what is held about them, and for its end."""
import functools
import json
import types
import unittest

import search
import stack
import tables
from ann import FIRST, NAME, SECOND, WORDS, ann
from stack import LOCAL, PASSWORD, await_true, smtp


@functools.cache
def erased():
    """Ann asks for an export, is refused twice, and goes; what was seen before, between and after."""
    it = types.SimpleNamespace(ann=ann())
    own = it.ann.id
    it.found_before = search.Found(WORDS, "before the erasure")
    it.number_before = search.Found([own], "her number")
    it.access_log = LOCAL.log("nginx-access")
    it.tokens_before = [ask_with(token) for token in it.ann.tokens]
    it.rows, it.secrets = tables.rows_of(own), tables.secrets_of(own)
    it.status, it.answer, it.headers = it.ann.ask("GET", "/v1/users/me/export")
    it.by_operator = stack.ctl("user", "export", own)

    words = (own, *WORDS)
    it.before = tables.about(words)
    it.wrong = it.ann.ask("DELETE", "/v1/users/me", {"password": "wrong horse", "cancel_events": True})[:2]
    it.organises = it.ann.ask("DELETE", "/v1/users/me", {"password": PASSWORD})[:2]
    it.between = tables.about(words)
    it.gone = it.ann.ask("DELETE", "/v1/users/me", {"password": PASSWORD, "cancel_events": True})[:2]
    it.tokens_after = [ask_with(token) for token in it.ann.tokens]
    it.again = it.ann.ask("DELETE", "/v1/users/me", {"password": PASSWORD, "cancel_events": True})[0]
    it.login = LOCAL.ask("POST", "/v1/auth/login", {"email": SECOND, "password": PASSWORD})[0]
    it.refresh = LOCAL.ask("POST", "/v1/auth/refresh-tokens", {"refresh_token": it.ann.refresh_token})[0]

    await_true(lambda: it.ann.bob.is_told("promoted"), "Bob has her seat")
    await_true(lambda: it.ann.dora.is_told("event_deleted"), "Dora is told that there is no such evening")
    await_true(lambda: not stack.sql(f"""SELECT id FROM bookings WHERE user_id = '{own}' AND state IN ('confirmed', 'waitlisted')"""),
               "she holds nothing")
    stack.settle()
    it.after = tables.about(words)
    it.found_after = search.Found(WORDS, "after the erasure")
    return it


def ask_with(token):
    return LOCAL.ask("GET", "/v1/users/me", None, token)[0]


def without_secrets(table, row):
    return json.dumps({name: value for name, value in row.items() if name not in tables.SECRETS.get(table, ())}, sort_keys=True)


class Erasure(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        cls.it = erased()
        cls.data = cls.it.answer.get("data") or {}

    def rows_given_out(self, table):
        return self.data[tables.LISTS[table]]

    # What she is given.

    def test_every_table_with_people_is_given_out_or_named(self):
        known = set(tables.LISTS) | set(tables.NOT_GIVEN_OUT)
        self.assertEqual(set(), set(tables.of_people()) - known, "neither given out, nor named with a reason")
        self.assertEqual(set(), set(tables.LISTS) - set(tables.of_people()), "no table with people")

    def test_the_export_is_a_file(self):
        self.assertEqual(200, self.it.status, self.it.answer)
        self.assertEqual('attachment; filename="ticketd-export.json"', self.it.headers["Content-Disposition"])
        self.assertIs(True, self.data["complete"])
        self.assertEqual([], self.data["queued"])

    def test_the_export_has_every_row(self):
        for table in tables.LISTS:
            with self.subTest(table):
                held = self.it.rows[table]
                self.assertTrue(held, "the test made no such row")
                given = self.rows_given_out(table)
                if table == "account_mails":  # those to her addresses that belong to no account, too
                    given = [row for row in given if row["user_id"] == self.it.ann.id or row["address"].lower() not in (FIRST, SECOND)]
                self.assertEqual(len(held), len(given))
                for row in given:
                    self.assertEqual(set(), set(held[0]) - set(row) - tables.SECRETS.get(table, set()), "columns that are missing")
                self.assertEqual(sorted(without_secrets(table, row) for row in held),
                                 sorted(without_secrets(table, {name: row[name] for name in held[0] if name in row}) for row in given))

    def test_the_newest_come_first(self):
        for table in ("events", "bookings", "notifications", "mails", "account_mails"):
            with self.subTest(table):
                times = [row["created_at"] for row in self.rows_given_out(table)]
                self.assertEqual(sorted(times, reverse=True), times)

    def test_the_export_has_no_secret(self):
        self.assertGreater(len(self.it.secrets), 10)
        for text in (json.dumps(self.it.answer), self.it.by_operator[1]):
            for secret in self.it.secrets:
                self.assertNotIn(secret, text)

    def test_an_operator_gives_out_the_same(self):
        self.assertEqual(0, self.it.by_operator[0], self.it.by_operator[1])
        by_operator = json.loads(self.it.by_operator[1])
        self.assertEqual({name: self.data[name] for name in tables.LISTS.values()},
                         {name: by_operator[name] for name in tables.LISTS.values()})
        self.assertEqual({row["id"] for row in self.it.rows["commands"]}, {row["id"] for row in by_operator["commands"]})

    def test_what_the_erasure_touched_was_given_out(self):
        touched = tables.touched(self.it.before, self.it.after)
        print("touched:", ", ".join(f"{len(rows)} of {table}" for table, rows in sorted(touched.items())), flush=True)
        for table in ("users", "refresh_tokens", "events", "bookings", "mails", "account_mails", "webhooks", "idempotency_keys"):
            self.assertIn(table, touched)
        self.assertEqual(set(), set(touched) - set(tables.LISTS) - set(tables.NOT_GIVEN_OUT))
        for table in set(touched) & set(tables.LISTS):
            with self.subTest(table):
                given = self.rows_given_out(table)
                if given and "id" in given[0]:
                    self.assertEqual(set(), touched[table] - {row["id"] for row in given})

    # How she goes.

    def test_who_is_refused_has_lost_nothing(self):
        for (status, answer), expected in ((self.it.wrong, (400, "wrong_password")), (self.it.organises, (409, "organises_events"))):
            self.assertEqual(expected, (status, answer.get("code")))
        self.assertEqual({}, tables.touched(self.it.before, self.it.between))

    def test_she_is_gone_at_once(self):
        status, answer = self.it.gone
        self.assertEqual((200, True, "account deleted", {"id": self.it.ann.id}),
                         (status, answer["success"], answer["message"], answer["data"]))
        self.assertEqual([200] * len(self.it.ann.tokens), self.it.tokens_before)
        self.assertEqual([401] * len(self.it.ann.tokens), self.it.tokens_after)
        self.assertEqual((401, 401, 401), (self.it.again, self.it.login, self.it.refresh))

    def test_a_number_is_left(self):
        self.assertEqual("t", stack.sql(f"""SELECT name IS NULL AND email LIKE '%.invalid' AND password_hash = '' AND calendar_id IS NULL
            AND email_verified_at IS NULL AND language IS NULL AND unmailed = '{{}}' FROM users WHERE id = '{self.it.ann.id}'"""))
        self.assertTrue(stack.sql(f"SELECT id FROM bookings WHERE user_id = '{self.it.ann.id}'"))
        for table in ("mails", "account_mails", "webhooks", "idempotency_keys"):
            self.assertEqual("0", stack.sql(f"SELECT count(*) FROM {table} WHERE user_id = '{self.it.ann.id}'"), table)
        self.assertEqual("0", stack.sql(f"SELECT count(*) FROM announcements WHERE event_id = '{self.it.ann.own}'"))

    def test_her_seats_go_on(self):
        ann = self.it.ann
        standing = {name: LOCAL.call("GET", "/v1/events/status/" + event)
                    for name, event in (("sold out", ann.sold_out), ("waited for", ann.waited_for), ("held", ann.held))}
        self.assertEqual({"sold out": (0, 0), "waited for": (0, 0), "held": (4, 0)},
                         {name: (one["available_tickets"], one["waiting_list_count"]) for name, one in standing.items()})
        smtp.await_mails(ann.bob.email, 2)  # he waits; he has a seat

    def test_her_event_is_cancelled_and_its_guest_is_told(self):
        self.assertEqual("cancelled", stack.sql(f"SELECT state FROM events WHERE id = '{self.it.ann.own}'"))
        self.assertIn("The event is cancelled: Another evening", [mail["Subject"] for mail in smtp.await_mails(self.it.ann.dora.email, 2)])

    def test_nobody_writes_to_nobody(self):
        self.assertEqual([], [address for address, _ in smtp.taken if address.endswith(".invalid")])

    def test_verify_finds_nothing_wrong(self):
        status, said = stack.said_in_json("verify")
        self.assertEqual((0, []), (status, said["broken"]))

    # What is left of her.

    def test_the_search_finds_her_as_long_as_she_is_there(self):
        for kind in ("database", "ticketctl"):
            self.assertTrue(self.it.found_before.of(kind), kind)
        self.assertTrue(self.it.number_before.of("redis"))
        for word in (FIRST, SECOND, NAME):
            self.assertTrue(any(word.lower() in hit.text.lower() for hit in self.it.found_before.of("database")), word)
        self.assertIn("/v1/events/discover", self.it.access_log)  # and not what she looked for

    def test_no_log_ever_had_her_name_or_address(self):
        self.assertEqual([], self.it.found_before.of("log"))

    def test_nothing_of_her_is_left(self):
        self.assertEqual([], self.it.found_after.hits)
