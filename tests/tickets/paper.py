"""Tickets on paper."""
import time
import unittest

import scanner
from scanner import CODE
from stack import Booking, LOCAL, Person, await_true

HOSTILE = {
    "Japanese": "東京の夜のコンサート" * 5,
    "Arabic": "حفلة موسيقية في المساء",
    "emoji": "🎟️👩‍👩‍👧🏳️‍🌈 Party 🎉",
    "255 letters": "W" * 255,
    "one word of each": "Gäste שלום नमस्ते สวัสดี ไชโย한국어",
    "turned around": "\u202eevil\u202d \u2067and\u2066 more",
    "accents upon accents": "Z" + "\u0301\u0323\u0334" * 80,
    "markup": "<b>bold</b> &amp; <span size='999999'>",
}


def joined(text):
    """Without what a page's width does to a text."""
    return "".join(text.split())


class Paper(unittest.TestCase):
    def assertReads(self, code, image):
        self.assertRegex(code, CODE)
        self.assertEqual(code, scanner.read(image))

    def test_one_ticket(self):
        booking = Booking(1, title="House concert", location="Kitchen")
        status, pdf, headers = booking.person.fetch(booking.path("tickets.pdf"))
        self.assertEqual((200, "application/pdf", 'attachment; filename="tickets.pdf"'),
                         (status, headers["Content-Type"], headers["Content-Disposition"]))
        self.assertEqual(b"%PDF-", pdf[:5])
        scanner.check(pdf)
        code = scanner.read(scanner.drawn(booking.svg()))
        for dpi in (300, 150, 90):
            with self.subTest(dpi=dpi):
                (page,) = scanner.pages(pdf, dpi)
                self.assertReads(code, page)
        text = scanner.text_of(pdf)
        for part in ("House concert", "Saturday, 1 May 2032, 18:00 – 21:00 UTC", "Kitchen", "Ticket 1 of 1"):
            self.assertIn(part, text)
        self.assertIn(code, joined(text))

    def test_the_same_is_not_sent_again(self):
        booking = Booking(2)
        _, pdf, headers = booking.person.fetch(booking.path("tickets.pdf"))
        time.sleep(1.1)  # what is made in another second may say so
        self.assertEqual(pdf, booking.pdf())
        status, body, _ = booking.person.fetch(booking.path("tickets.pdf"), **{"If-None-Match": headers["ETag"]})
        self.assertEqual((304, b""), (status, body))
        booking.name_holder(2, "Bob")
        self.assertEqual(200, booking.person.fetch(booking.path("tickets.pdf"), **{"If-None-Match": headers["ETag"]})[0])

    def test_two_tickets_with_names(self):
        booking = Booking(2, title="Evening of names", ticket_type="Member")
        booking.name_holder(2, "Zoë Ångström")
        pdf = booking.pdf()
        for number in (1, 2):
            text, (page,) = scanner.text_of(pdf, number), scanner.pages(pdf, 150, number, number)
            code = scanner.read(scanner.drawn(booking.svg(number)))
            self.assertReads(code, page)
            for part in ("Evening of names", "Member", f"Ticket {number} of 2"):
                self.assertIn(part, text)
            self.assertIn(code, joined(text))
            self.assertEqual(number == 2, "Zoë Ångström" in text)

    def test_what_was_given_back_is_no_page(self):
        booking = Booking(3)
        LOCAL.sql(f"UPDATE bookings SET quantity = 2, given_back = '{{1}}' WHERE id = '{booking.id}'")
        text = scanner.text_of(booking.pdf())
        self.assertIn("Ticket 2 (1 of 2)", text)
        self.assertIn("Ticket 3 (2 of 2)", text)

    def test_a_hundred_tickets(self):
        booking = Booking(100)
        booking.pdf()  # who was asleep has woken up
        start = time.monotonic()
        pdf = booking.pdf()
        print(f"100 tickets: {len(pdf):,} bytes in {time.monotonic() - start:.2f} s", flush=True)
        scanner.check(pdf)
        codes = [scanner.read(page) for page in scanner.pages(pdf, 90)]
        self.assertEqual(100, len(set(codes)))
        written = joined(scanner.text_of(pdf))
        for number, code in enumerate(codes, 1):
            self.assertRegex(code, CODE)
            self.assertIn(code, written)
            self.assertIn(f"Ticket{number}of100", written)

    def test_text_of_any_kind(self):
        for kind, text in HOSTILE.items():
            with self.subTest(kind):
                booking = Booking(1, title=text, location=text * 3)
                booking.name_holder(1, text[:100])
                pdf = booking.pdf()
                scanner.check(pdf)
                (page,) = scanner.pages(pdf, 150)
                self.assertReads(scanner.read(scanner.drawn(booking.svg())), page)
        self.assertIn("<b>bold</b> &amp;", scanner.text_of(pdf))  # the last one: nothing was taken for markup

    def test_text_stays_above_the_code(self):
        """As black as a text may be, and with what hangs far below its line: around the code all is white."""
        booking = Booking(1, title="\u2588" * 255, location="\u2588" * 9000, ticket_type="\u2588" * 50)
        booking.name_holder(1, "Z" + "\u0323" * 99)
        pdf = booking.pdf()
        (page,) = scanner.pages(pdf, 72)
        above, below = 368 - 34, 368 + 199 + 34  # the code's edges in points, and the margin that it needs
        for top, bottom in ((above, 366), (570, below)):
            self.assertEqual((255, 255), page.crop((0, top, page.width, bottom)).getextrema())
        self.assertIn("Ticket1of1", joined(scanner.text_of(pdf).replace("\u0323", "")))
        self.assertRegex(scanner.read(page.resize((page.width * 2, page.height * 2))), CODE)

    def test_is_its_owners(self):
        booking = Booking(1)
        self.assertEqual(404, Person("Eve").fetch(booking.path("tickets.pdf"))[0])
        self.assertEqual(400, booking.person.fetch("/v1/bookings/7/tickets.pdf")[0])

    def test_who_waits_has_none(self):
        taken, ann = Booking(1), Person("Bob")
        ann.book(taken.event)
        await_true(lambda: ann.call("GET", "/v1/bookings")["data"], "waits")
        waiting = ann.call("GET", "/v1/bookings")["data"][0]
        self.assertEqual("waitlisted", waiting["state"])
        for path in ("tickets.pdf", "tickets/1.svg"):
            status, body, _ = ann.fetch(f"/v1/bookings/{waiting['id']}/{path}")
            self.assertEqual(404, status)
            self.assertIn(b"ticket_not_found", body)

    def test_who_is_in_still_has_it(self):
        booking = Booking(1)
        before = booking.pdf()
        LOCAL.sql(f"""WITH scan AS (INSERT INTO checkins (id, event_id, booking_id, number, result, user_id, nonce, scanned_at, created_at)
                        VALUES (gen_random_uuid(), '{booking.event}', '{booking.id}', 1, 'admitted', '{booking.person.id}', '12345678', now(), now())
                        RETURNING id)
                      INSERT INTO tickets (booking_id, number, admitted_at, admission) SELECT '{booking.id}', 1, now(), id FROM scan""")
        self.assertEqual(before, booking.pdf())
