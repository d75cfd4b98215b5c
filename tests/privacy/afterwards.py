"""After erasure and retention."""
import unittest

import search
from ann import FIRST, SECOND, WORDS
from erasure import erased
from stack import Person


class Afterwards(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.it = erased()

    def test_nothing_has_her_name_or_address(self):
        self.assertEqual([], search.Found(WORDS, "after erasure and retention").hits)
        self.assertTrue(search.Found([self.it.ann.bob.email], "of Bob, who stays").of("database"))

    def test_then_her_addresses_are_free(self):
        """Behind the search, by the order of their names."""
        self.assertNotIn(self.it.ann.id, [Person("Another", address).id for address in (FIRST, SECOND)])
