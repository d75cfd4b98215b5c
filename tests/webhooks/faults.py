"""What receivers do, and what becomes of a delivery."""
import time
import unittest

import stack
from stack import LOCAL, Organiser, Person, await_true


class Faults(unittest.TestCase):
    def test_what_is_no_success_is_tried_again(self):
        for mood, status, error in (("broken", 500, "HTTP 500"), ("elsewhere", 302, "HTTP 302"), ("hangs up", None, "Empty reply"),
                                    ("no HTTP", None, "HTTP/0.9")):
            with self.subTest(mood):
                organiser = Organiser(mood=mood)
                delivery = organiser.await_answer(organiser.test())
                self.assertEqual(("waiting", 1, status), (delivery["state"], delivery["attempts"], delivery["status"]))
                self.assertIn(error, delivery["error"])
                self.assertIsNotNone(organiser.of_webhook()["failing_since"])
                organiser.mood("good")
                stack.due_now()
                posts = organiser.posts(2)
                self.assertEqual(1, len({post["headers"]["webhook-id"] for post in posts}))
                await_true(lambda: organiser.deliveries("delivered"), "delivered")
                self.assertIsNone(organiser.of_webhook()["failing_since"])
        self.assertEqual([], stack.receiver.of("/elsewhere"))

    def test_waits_as_it_says(self):
        organiser = Organiser(mood="broken")
        organiser.await_answer(organiser.test())
        self.assertEqual("t", stack.sql(f"""SELECT due_at - updated_at BETWEEN interval '4 s' AND interval '6 s'
            FROM webhook_deliveries WHERE webhook_id = '{organiser.webhook}'"""))
        stack.sql(f"UPDATE webhook_deliveries SET attempts = 9, due_at = now() WHERE webhook_id = '{organiser.webhook}'")
        await_true(lambda: organiser.deliveries("failed"), "given up")
        self.assertEqual(10, organiser.deliveries("failed")[0]["attempts"])

    def test_who_is_silent_is_waited_for_15_seconds_and_holds_up_nobody(self):
        silent, other = [Organiser(mood="silent") for _ in range(6)], Organiser()
        people, began = [Person(f"P{i}") for i in range(8)], time.monotonic()
        for organiser in silent:
            event = organiser.make_event(20)
            for person in people:
                person.book(event)
        other.test()
        other.posts(1, 5)
        def timed_out(organiser):
            return any("timed out" in (delivery["error"] or "") for delivery in organiser.deliveries())
        await_true(lambda: all(timed_out(organiser) for organiser in silent), "given up", 30)
        self.assertGreaterEqual(time.monotonic() - began, 14)
        other.test()  # while they are tried again, one at a time
        other.posts(2, 5)
        for organiser in silent:
            organiser.of_webhook("DELETE")

    def test_a_long_answer_is_not_read(self):
        organiser = Organiser(mood="verbose")
        organiser.test()
        await_true(lambda: organiser.deliveries("delivered"), "delivered")

    def test_nobody_listens(self):
        organiser = Organiser(port=1024)
        delivery = organiser.await_answer(organiser.test())
        self.assertIn("onnect", delivery["error"])
        self.assertIsNone(delivery["status"])

    def test_a_receiver_that_is_gone(self):
        organiser = Organiser(mood="gone")
        delivery = organiser.await_answer(organiser.test())
        self.assertEqual(("failed", 410), (delivery["state"], delivery["status"]))
        webhook = organiser.of_webhook()
        self.assertEqual((False, "gone"), (webhook["enabled"], webhook["disabled_reason"]))
        told = organiser.call("GET", "/v1/notifications")["data"][0]
        self.assertEqual(("webhook_off", None), (told["kind"], told["event_id"]))
        self.assertIn("127.0.0.1 answered that it is gone", told["message"])
        organiser.mood("good")
        self.assertTrue(organiser.of_webhook("PATCH", "", {"enabled": True})["enabled"])
        self.assertEqual({"recovered": 1}, organiser.of_webhook("POST", "/recover", {"since": webhook["created_at"]}))
        await_true(lambda: organiser.deliveries("delivered"), "delivered")

    def test_five_days_of_failure(self):
        organiser = Organiser(mood="broken")
        organiser.await_answer(organiser.test())
        stack.sql(f"UPDATE webhooks SET failing_since = now() - interval '121 h' WHERE id = '{organiser.webhook}'")
        stack.due_now()
        await_true(lambda: not organiser.of_webhook()["enabled"], "switched off")
        self.assertEqual("failing", organiser.of_webhook()["disabled_reason"])
        self.assertIn("taken nothing for five days", organiser.call("GET", "/v1/notifications")["data"][0]["message"])

    def test_one_that_is_deleted_is_told_no_more(self):
        organiser = Organiser(mood="broken")
        organiser.await_answer(organiser.test())
        organiser.of_webhook("DELETE")
        stack.due_now()
        other = Organiser()
        other.test()
        other.posts()
        self.assertEqual(1, len(organiser.posts()))

    def test_killed_again_and_again(self):
        organiser, count = Organiser(events=["booking.confirmed"]), 40
        event, people = organiser.make_event(count), [Person(f"K{i}") for i in range(count)]
        for number, person in enumerate(people):
            person.book(event)
            if number % 13 == 12:
                LOCAL.kill("webhooks")
        # What it had in hand is somebody else's once the lease is over.
        def all_delivered():
            stack.sql("UPDATE webhook_deliveries SET due_at = now() WHERE state = 'waiting' AND attempts > 0")
            return len(organiser.deliveries("delivered")) == count
        await_true(all_delivered, "delivered", 40)
        posts = organiser.posts(count)
        self.assertEqual(count, len({post["headers"]["webhook-id"] for post in posts}))
        self.assertEqual(list(range(1, count + 1)), sorted({data["seq"] for _, data in organiser.news(count)}))
        print(f"40 bookings, killed three times: {len(posts)} posts, 0 lost", flush=True)

    def test_postgres_is_away(self):
        organiser = Organiser()
        LOCAL.down("postgres")
        try:
            await_true(lambda: "webhooks_fault" in LOCAL.log("webhooks"), "noticed")
        finally:
            LOCAL.up("postgres")
        def can_be_asked():
            try:
                return organiser.test()
            except AssertionError:
                return False
        await_true(can_be_asked, "PostgreSQL is back", 60)
        organiser.posts()

    def test_it_stops_at_once(self):
        organiser = Organiser(mood="silent")
        organiser.test()
        organiser.posts()
        began = time.monotonic()
        LOCAL.down("webhooks")
        self.assertLess(time.monotonic() - began, 10)
        LOCAL.up("webhooks")
        organiser.mood("good")
        stack.sql("UPDATE webhook_deliveries SET due_at = now() WHERE state = 'waiting'")
        organiser.posts(2)

    def test_the_log_has_no_secrets(self):
        organiser = Organiser()
        organiser.of_webhook("PATCH", "", {"url": f"http://127.0.0.1:{stack.PORT}{organiser.path}?token=hush"})
        organiser.receiver.tell(organiser.path + "?token=hush", secrets=[organiser.secret])
        organiser.test()
        await_true(lambda: organiser.deliveries("delivered"), "delivered")
        log = "".join(path.read_text(errors="replace") for path in (LOCAL.run_dir / "log").glob("*.log"))
        for secret in ("hush", organiser.secret, organiser.secret.removeprefix("whsec_")):
            self.assertNotIn(secret, log)
        self.assertIn('"host":"127.0.0.1"', LOCAL.log("webhooks"))

    def test_an_operator_sees_them(self):
        organiser = Organiser(mood="broken")
        organiser.await_answer(organiser.test())
        status, said = LOCAL.ctl("webhooks", "list")
        self.assertEqual(0, status)
        self.assertRegex(said, organiser.webhook + r"  127\.0\.0\.1  fails since 2.*\n    of " + organiser.id + ", 1 waits")
        self.assertNotIn(organiser.path, said)

    def test_turned_off_and_on(self):
        organiser, ann = Organiser(), Person()
        event = organiser.make_event(3)
        LOCAL.ctl("webhooks", "off")
        try:
            ann.book(event)
            with self.assertRaises(AssertionError) as refused:
                Organiser()
            self.assertIn("webhooks_off", str(refused.exception))
        finally:
            self.assertEqual(0, LOCAL.ctl("webhooks", "on")[0])
        ann.cancel(event)
        self.assertEqual(["booking.cancelled"], [kind for kind, _ in organiser.news(1)])
