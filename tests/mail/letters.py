"""What people are told by mail."""
import datetime
import http.client
import re
import unittest

import stack
from stack import Person, smtp


def text_of(mail):
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def told(mails):
    """The subjects of those that came after the booking."""
    return [mail["Subject"] for mail in mails if not mail["Subject"].startswith("Your booking")]


def end_of(mail):
    """What the link to unsubscribe ends with. It is the same in the header and in both texts."""
    url, = re.findall(r"^<(https://tickets\.example\.org/unsubscribe/[\w-]{65})>$", mail["List-Unsubscribe"])
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click", mail["List-Unsubscribe-Post"]
    assert text_of(mail).splitlines()[-1].endswith(" " + url), text_of(mail)
    assert f'<a href="{url}">' in mail.get_body(("html",)).get_content()
    return url.rpartition("/")[2]


def click(token):
    """As a mail program does it (RFC 8058)."""
    connection = http.client.HTTPConnection("127.0.0.1", stack.PORT, timeout=30)
    try:
        connection.request("POST", f"/unsubscribe/{token}", "List-Unsubscribe=One-Click",
                           {"Connection": "close", "Content-Type": "application/x-www-form-urlencoded"})
        return connection.getresponse().status
    finally:
        connection.close()


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
        self.assertEqual((None, None), (mail["List-Unsubscribe"], mail["List-Unsubscribe-Post"]))
        self.assertEqual("Theater, am Park", text.splitlines()[-1])
        calendar, = mail.iter_attachments()
        self.assertEqual("text/calendar", calendar.get_content_type())
        self.assertIn("BEGIN:VEVENT", calendar.get_content().splitlines())

    def test_in_the_language_of_whoever_gets_it(self):
        ann, bob = Person("Ann"), Person("Bob")
        bob.call("PATCH", "/v1/users/me/settings", {"language": "de"})
        event = ann.make_event(2, timezone="Europe/Berlin")
        for person in (ann, bob):
            person.book(event)
        self.assertEqual(["Your booking: Evening"], self.subjects(ann, 1))
        mail = smtp.await_mails(bob.email)[0]
        self.assertEqual("Deine Buchung: Evening", mail["Subject"])
        lines = text_of(mail).splitlines()
        for line in ("Hallo Bob,", "Deine Buchung für „Evening“ steht.", "Tickets: 1",
                     "Samstag, 1. Mai 2032, 20:00 Uhr (Europe/Berlin)", "Main hall"):
            self.assertIn(line, lines)
        self.assertNotIn("Warteliste", text_of(mail))
        page = mail.get_body(("html",)).get_content()
        self.assertIn('<html lang="de">', page)
        self.assertIn("Deine Buchung für „Evening“ steht.<br>", page)
        self.assertTrue(bob.call("GET", "/v1/notifications")["data"][0]["message"].startswith("Your ticket"))

    def test_of_what_an_earlier_release_wrote_nothing_is_guessed(self):
        ann = Person("Ann")
        ann.call("PATCH", "/v1/users/me/settings", {"language": "de"})
        event = ann.make_event(1)
        stack.sql(f"""INSERT INTO notifications (id, user_id, event_id, kind, message, created_at, updated_at)
          VALUES (gen_random_uuid(), '{ann.id}', '{event}', 'promoted', 'As it was told.', now(), now())""")
        mail, = smtp.await_mails(ann.email)
        self.assertEqual("Du hast einen Platz: Evening", mail["Subject"])
        self.assertIn("As it was told.", text_of(mail).splitlines())

    def test_an_organiser_writes_and_whoever_wants_no_more_gets_no_more(self):
        owner, ann, bob = Person("Owner"), Person("Ann"), Person("Bob")
        event = owner.make_event(2)
        for person in (ann, bob):
            person.book(event)

        def write(subject):
            owner.call("POST", f"/v1/events/{event}/messages",
                       {"audience": "confirmed", "subject": subject, "text": "Come & <see>.\n\nAt 8."})
        write("The doors")
        mails = {person: smtp.await_mails(person.email, 2)[1] for person in (ann, bob)}
        for mail in mails.values():
            self.assertEqual("Message from the organiser: The doors (Evening)", mail["Subject"])
            self.assertIn("The organiser of Evening writes:\n\"Evening\": The doors\n\nCome & <see>.\n\nAt 8.\n",
                          text_of(mail))
            self.assertIn("Come &amp; &lt;see&gt;.<br>", mail.get_body(("html",)).get_content())
        self.assertNotEqual(end_of(mails[ann]), end_of(mails[bob]))
        for _ in range(2):  # a mail program may say it twice
            self.assertEqual(200, click(end_of(mails[ann])))
        self.assertEqual({"bookings": True, "reminders": True, "messages": False}, ann.call("GET", "/v1/users/me/settings")["mails"])

        write("The bar")
        self.assertEqual(["Message from the organiser: The doors (Evening)", "Message from the organiser: The bar (Evening)"], told(smtp.await_mails(bob.email, 3)))
        stack.await_true(lambda: stack.sql(f"""SELECT count(*) FROM notifications WHERE user_id = '{ann.id}' AND kind = 'organiser_message'
          AND NOT untold""") == "2", "both are told in the app")
        ann.cancel(event)  # what becomes of one's bookings is mailed as before, and nothing came in between
        self.assertEqual(["Message from the organiser: The doors (Evening)", "Cancelled: Evening"], told(smtp.await_mails(ann.email, 3)))

    def test_a_reminder(self):
        owner, ann = Person("Owner"), Person("Ann")
        ann.call("PATCH", "/v1/users/me/settings", {"language": "de"})
        begins = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(hours=5)
        event = owner.make_event(1, start_date_time=begins.isoformat(timespec="milliseconds"),
                                 end_date_time=(begins + datetime.timedelta(hours=2)).isoformat(timespec="milliseconds"))
        ann.book(event)
        smtp.await_mails(ann.email)
        reminder = owner.call("PUT", f"/v1/events/{event}/reminder", {"hours_before": 1})
        self.assertIsNotNone(reminder["due_at"])
        stack.sql(f"UPDATE announcements SET due_at = now() WHERE event_id = '{event}'")  # four hours later
        mail = smtp.await_mails(ann.email, 2, seconds=60)[1]
        self.assertEqual("Bald: Evening", mail["Subject"])
        self.assertRegex(text_of(mail), rf"(?m)^„Evening“ beginnt bald: \w+, {begins.day}\. \w+ {begins.year}, "
                                        rf"{begins:%H:%M} Uhr \(UTC\)$")
        self.assertEqual(200, click(end_of(mail)))
        self.assertEqual({"bookings": True, "reminders": False, "messages": True}, ann.call("GET", "/v1/users/me/settings")["mails"])

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
