"""What an organiser is told, and whether a consumer's library believes it."""
import base64
import hashlib
import hmac
import json
import unittest

import stack
from stack import Organiser, Person, await_true


class Told(unittest.TestCase):
    def test_a_booking(self):
        organiser, ann = Organiser(), Person("Annabel")
        event = organiser.make_event(2)
        ann.book(event)
        post = organiser.posts()[0]
        self.assertEqual([True], post["verified"])
        self.assertEqual("POST", post["method"])
        self.assertEqual("application/json", post["headers"]["content-type"])
        self.assertEqual("ticketd", post["headers"]["user-agent"])
        body = json.loads(post["body"])
        self.assertEqual(["type", "timestamp", "data"], list(body))
        self.assertEqual("booking.confirmed", body["type"])
        booking = body["data"].pop("booking")
        self.assertEqual({"seq": 1, "event_id": event}, body["data"])
        self.assertEqual((ann.id, "confirmed", 1, event, None),
                         tuple(booking[key] for key in ("user_id", "state", "quantity", "ticket_type_id", "expires_at")))
        for personal in ("annabel", "Annabel", "@", "Organiser"):
            self.assertNotIn(personal, post["body"])

    def test_a_line_that_moves_up(self):
        organiser, ann, bob = Organiser(), Person(), Person("Bob")
        event = organiser.make_event(1)
        ann.book(event)
        organiser.posts(2)
        bob.book(event)
        organiser.posts(3)
        ann.cancel(event)
        self.assertEqual([("booking.confirmed", 1), ("event.sold_out", 2), ("booking.waitlisted", 3), ("booking.cancelled", 4),
                          ("booking.promoted", 5)], [(kind, data["seq"]) for kind, data in organiser.news(5)])

    def test_seats_that_are_held(self):
        organiser, ann, bob = Organiser(), Person(), Person("Bob")
        event = organiser.make_event(9, hold_minutes=5, max_per_user=4, max_per_booking=4)
        ann.book(event, quantity=3)
        ann.call("POST", f"/v1/bookings/{self.first_booking_of(organiser)}/confirm", {"quantity": 2})
        organiser.posts(2)
        bob.book(event, quantity=2)
        organiser.posts(3)
        stack.sql(f"UPDATE bookings SET held_until = now() WHERE event_id = '{event}' AND held_until IS NOT NULL")
        news = organiser.news(4)
        self.assertEqual(["booking.held", "booking.confirmed", "booking.held", "booking.expired"], [kind for kind, _ in news])
        self.assertEqual([3, 2], [data["booking"]["quantity"] for _, data in news[:2]])
        self.assertIsNotNone(news[0][1]["booking"]["expires_at"])

    @staticmethod
    def first_booking_of(organiser):
        return organiser.news(1)[0][1]["booking"]["id"]

    def test_a_smaller_booking(self):
        organiser, ann = Organiser(), Person()
        event = organiser.make_event(9, max_per_user=4, max_per_booking=4)
        ann.book(event, quantity=3)
        ann.call("POST", f"/v1/bookings/{self.first_booking_of(organiser)}/cancel", {"quantity": 1})
        self.assertEqual(["booking.confirmed", "booking.changed"], [kind for kind, _ in organiser.news(2)])
        self.assertEqual(2, organiser.news(2)[1][1]["booking"]["quantity"])

    def test_an_event_that_changes_and_is_cancelled(self):
        organiser, ann = Organiser(), Person()
        event = organiser.make_event(3)
        ann.book(event)
        organiser.posts(1)
        organiser.call("PATCH", "/v1/events/" + event, {"title": "Another evening"})
        organiser.posts(2)
        organiser.call("PATCH", "/v1/events/" + event, {"number_of_tickets": 5})
        organiser.posts(3)
        organiser.delete(event)
        news = organiser.news(4)
        self.assertEqual(["booking.confirmed", "event.updated", "event.updated", "event.cancelled"], [kind for kind, _ in news])
        self.assertEqual(("Another evening", 5, "cancelled"),
                         (news[1][1]["event"]["title"], news[2][1]["event"]["total_tickets"], news[3][1]["event"]["state"]))
        organiser.test()  # whatever else there is about the booking would have come before
        self.assertEqual("webhook.test", json.loads(organiser.posts(5)[-1]["body"])["type"])

    def test_only_what_was_asked_for(self):
        organiser, ann = Organiser(events=["booking.cancelled"]), Person()
        event, other = organiser.make_event(3), organiser.make_event(3)
        organiser.of_webhook("PATCH", "", {"event_ids": [event]})
        ann.book(event)
        ann.cancel(event)
        ann.book(other)
        ann.cancel(other)
        organiser.posts(1)
        organiser.test()
        self.assertEqual(["webhook.test", "booking.cancelled"], [kind for kind, _ in organiser.news(2)])

    def test_another_secret(self):
        organiser = Organiser()
        old, new = organiser.secret, organiser.of_webhook("POST", "/rotate")["secret"]
        organiser.receiver.tell(organiser.path, secrets=[old, new, "whsec_" + base64.b64encode(bytes(32)).decode()])
        organiser.test()
        post = organiser.posts()[0]
        self.assertEqual([True, True, False], post["verified"])
        self.assertEqual(2, len(post["headers"]["webhook-signature"].split()))
        stack.sql(f"UPDATE webhooks SET previous_until = now() WHERE id = '{organiser.webhook}'")
        organiser.test()
        self.assertEqual([False, True, False], organiser.posts(2)[1]["verified"])

    def test_a_signature_by_hand(self):
        """As the handbook's lines in Python have it."""
        organiser = Organiser()
        organiser.test()
        post = organiser.posts()[0]
        signed = f"{post['headers']['webhook-id']}.{post['headers']['webhook-timestamp']}.{post['body']}".encode()
        key = base64.b64decode(organiser.secret.removeprefix("whsec_"))
        self.assertEqual("v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode(), post["headers"]["webhook-signature"])

    def test_a_thousand_news(self):
        """More than are taken at once; each is numbered and told once."""
        organiser, count = Organiser(events=["booking.cancelled"]), 1_200
        event = organiser.make_event(9)
        owner = Person("Crowd")
        stack.sql(f"""WITH made AS (INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at, cancelled_at)
              SELECT gen_random_uuid(), '{event}', '{owner.id}', 'cancelled', 1000 + n, 1, now(), now(), now() FROM generate_series(1, {count}) AS n
              RETURNING id)
            INSERT INTO notifications (id, user_id, event_id, booking_id, kind, message, created_at, updated_at)
            SELECT gen_random_uuid(), '{owner.id}', '{event}', id, 'cancelled', 'm', now(), now() FROM made""")
        news = organiser.news(count)
        self.assertEqual(list(range(1, count + 1)), [data["seq"] for _, data in news])
        await_true(lambda: not organiser.deliveries("waiting"), "recorded")
        self.assertTrue(all(post["verified"] == [True] for post in organiser.posts(count)))
