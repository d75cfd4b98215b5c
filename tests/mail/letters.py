"""What people are told by mail."""
import unittest

import stack
from stack import Person, smtp


class Letters(unittest.TestCase):
    def setUp(self):
        smtp.good()

    def subjects(self, person, count):
        return [mail["Subject"] for mail in smtp.await_mails(person.email, count)]

    def test_the_way_of_a_booking(self):
        ann, bob = Person("Ann"), Person("Bob")
        event = ann.make_event(1)
        ann.book(event)
        self.assertEqual(["Your booking: Evening"], self.subjects(ann, 1))
        bob.book(event)
        self.assertEqual(["You are on the waiting list: Evening"], self.subjects(bob, 1))
        ann.cancel(event)
        self.assertEqual("Cancelled: Evening", self.subjects(ann, 2)[1])
        self.assertEqual("You have a seat: Evening", self.subjects(bob, 2)[1])
        ann.delete(event)
        self.assertEqual("The event is cancelled: Evening", self.subjects(bob, 3)[2])

    def test_what_a_mail_says(self):
        ann = Person("Ann")
        event = ann.make_event(1, timezone="Europe/Berlin")
        ann.book(event)
        mail = smtp.await_mails(ann.email)[0]
        self.assertEqual('"Theater, am Park" <tickets@example.org>', str(mail["From"]))
        self.assertEqual(ann.email, mail["To"])
        self.assertEqual("auto-generated", mail["Auto-Submitted"])
        self.assertRegex(mail["Message-ID"], r"^<[0-9a-f-]{36}@example\.org>$")
        self.assertIsNotNone(mail["Date"].datetime)
        text = mail.get_body(("plain",)).get_content()
        for line in ("Hello Ann,", 'Your ticket for "Evening" is booked.', "Saturday, 1 May 2032, 20:00 (Europe/Berlin)", "Main hall",
                     "Theater, am Park"):
            self.assertIn(line, text.splitlines())
        self.assertIn("<strong>Evening</strong>", mail.get_body(("html",)).get_content())
        calendar, = mail.iter_attachments()
        self.assertEqual("text/calendar", calendar.get_content_type())
        self.assertIn("BEGIN:VEVENT", calendar.get_content().splitlines())

    def test_hostile_words(self):
        title = "Zażółć <b>\"gęślą\"</b> & 天 {{sender}} =?UTF-8?B?eA==?= " + "jaźń " * 30
        name = "Ann\tBcc: x@example.net <i>"
        ann = Person(name, "hostile@example.com")
        ann.book(ann.make_event(1, title=title.strip()))
        mail = smtp.await_mails(ann.email)[0]
        self.assertEqual("Your booking: " + title.strip(), mail["Subject"])
        self.assertIsNone(mail["Bcc"])
        page = mail.get_body(("html",)).get_content()
        self.assertNotIn("<i>", page)
        self.assertNotIn("<b>", page)
        self.assertIn("&lt;b&gt;&quot;gęślą&quot;&lt;/b&gt; &amp; 天 {{sender}}", page)
        self.assertTrue(all(len(line) < 999 for line in mail.as_bytes().splitlines()))

    def test_of_what_nobody_waits_for_there_is_no_mail(self):
        ann = Person("Ann")
        event = ann.make_event(1)
        ann.cancel(event)  # nothing: an in-app notification, and no mail
        ann.book(event)
        self.assertEqual(["Your booking: Evening"], self.subjects(ann, 1))
        self.assertEqual("nothing_to_cancel", stack.sql(
            f"SELECT kind FROM notifications WHERE user_id = '{ann.id}' AND NOT untold ORDER BY id LIMIT 1"))

    def test_what_no_messenger_told_in_time_has_failed_and_can_be_retried(self):
        ann = Person("Ann")
        event = ann.make_event(1)
        stack.sql(f"""INSERT INTO notifications (id, user_id, event_id, kind, message, created_at, updated_at)
          VALUES (gen_random_uuid(), '{ann.id}', '{event}', 'promoted', 'x', now() - interval '49 hours', now())""")

        def failed():
            return [mail for mail in stack.mails("failed") if mail["address"] == ann.email]
        stack.await_true(failed, "failed")
        self.assertEqual("no messenger ran in time", failed()[0]["error"])
        stack.ctl("mail", "retry", failed()[0]["id"])
        self.assertEqual(["You have a seat: Evening"], self.subjects(ann, 1))
