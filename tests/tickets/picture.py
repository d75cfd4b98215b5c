"""Tickets as pictures."""
import unittest
import xml.etree.ElementTree

import scanner
from scanner import CODE
from stack import Booking, Person

SVG = "{http://www.w3.org/2000/svg}"


class Picture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.booking = Booking(2, title="Bread & <butter>")
        cls.svg = cls.booking.svg()
        cls.image = scanner.drawn(cls.svg)
        cls.code = scanner.read(cls.image)

    def test_headers(self):
        status, _, headers = self.booking.person.fetch(self.booking.path("tickets/1.svg"))
        self.assertEqual((200, "image/svg+xml", None), (status, headers["Content-Type"], headers["Content-Disposition"]))
        again = self.booking.person.fetch(self.booking.path("tickets/1.svg"), **{"If-None-Match": headers["ETag"]})
        self.assertEqual((304, b""), again[:2])

    def test_code_and_letters_below_are_one(self):
        self.assertRegex(self.code, CODE)
        tree = xml.etree.ElementTree.fromstring(self.svg)
        self.assertEqual(self.code, "".join(line.text for line in tree.iter(SVG + "text")).replace(" ", ""))
        self.assertEqual("Ticket 1: Bread & <butter>", tree.find(SVG + "title").text)

    def test_each_ticket_has_its_own(self):
        other = scanner.read(scanner.drawn(self.booking.svg(2)))
        self.assertRegex(other, CODE)
        self.assertNotEqual(self.code, other)

    def test_is_read_at_any_size(self):
        for width in (self.image.width, round(self.image.width * 0.6), 300, 200, 160, 140, 120):
            with self.subTest(width=width):
                self.assertEqual(self.code, scanner.read(scanner.drawn(self.svg, width)))

    def test_is_read_with_a_tenth_covered(self):
        tries = scanner.places(1, 12)
        for place, (chance, colour) in enumerate(tries):
            with self.subTest(place=place, colour=colour):
                self.assertEqual(self.code, scanner.read(scanner.covered(self.image, 0.1, chance, colour)))

    def test_is_not_read_with_half_of_it_covered(self):
        """Else what covers it covers nothing."""
        image = self.image.copy()
        image.paste(255, (0, image.width // 2, image.width, image.width))
        self.assertEqual("", scanner.read(image))

    def test_is_its_owners(self):
        self.assertEqual(404, Person("Eve").fetch(self.booking.path("tickets/1.svg"))[0])
        for number in ("3", "0", "01", "x"):
            with self.subTest(number=number):
                self.assertEqual(404, self.booking.person.fetch(self.booking.path(f"tickets/{number}.svg"))[0])
