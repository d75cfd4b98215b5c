"""Mails about an account, and where their links lead."""
import unittest

import stack
from server import CHANGE, RESET, VERIFY, token_of
from stack import Person, smtp


class Accounts(unittest.TestCase):
    def setUp(self):
        smtp.good()
        self.ann = Person("Ann")

    def link(self, mail, page):
        token = token_of(mail, page)
        self.assertIn(f'<a href="https://tickets.example.org/{page}#{token}">', mail.get_body(("html",)).get_content())
        return token

    def forget(self, **more):
        stack.call("POST", "/v1/auth/forgot-password", {"email": self.ann.email}, **more)

    def reset(self, token, password="a better password"):
        return stack.call("POST", "/v1/auth/reset-password", {"token": token, "new_password": password})

    def test_whoever_forgot_the_password_gets_in_again(self):
        self.forget()
        mail, = smtp.await_mails(self.ann.email, about=RESET)
        self.reset(self.link(mail, "reset-password"))
        stack.call("POST", "/v1/auth/login", {"email": self.ann.email, "password": "a better password"})
        smtp.await_mails(self.ann.email, about="Your password has changed")

    def test_in_the_language_of_whoever_gets_it(self):
        self.ann.call("PATCH", "/v1/users/me/settings", {"language": "de"})
        self.forget()
        mail, = smtp.await_mails(self.ann.email, about="Ein neues Passwort für dein Konto")
        self.reset(self.link(mail, "reset-password"))
        smtp.await_mails(self.ann.email, about="Dein Passwort wurde geändert")

    def test_whoever_signs_up_is_asked_whose_the_address_is(self):
        mail, = smtp.await_mails(self.ann.email, about=VERIFY)
        self.assertNotIn("Ann", mail.get_body(("plain",)).get_content())  # a name is a stranger's words
        stack.call("POST", "/v1/auth/verify-email", {"token": self.link(mail, "verify-email")})
        self.assertTrue(stack.call("GET", "/v1/users/me", None, self.ann.token)["email_verified"])

    def test_another_address_says_yes_and_the_old_one_is_told(self):
        other = Person("Other").email.replace("other", "new")
        stack.call("POST", "/v1/auth/change-email", {"email": other, "password": "correct horse"}, self.ann.token)
        mail, = smtp.await_mails(other, about=CHANGE)
        stack.call("POST", "/v1/auth/verify-email", {"token": self.link(mail, "verify-email")})
        smtp.await_mails(self.ann.email, about="Your account has another address")
        self.ann.book(self.ann.make_event(1))
        smtp.await_mails(other)

    def test_no_header_says_where_a_link_leads(self):
        self.forget(Host="evil.example")
        self.link(smtp.await_mails(self.ann.email, about=RESET)[0], "reset-password")

    def test_a_flood_sends_three(self):
        for _ in range(20):
            self.forget()
        smtp.await_mails(self.ann.email, 3, about=RESET)
        self.ann.book(self.ann.make_event(1))  # what is asked for later is told later
        smtp.await_mails(self.ann.email)
        self.assertEqual(3, len(smtp.of(self.ann.email, RESET)))

    def test_nobody_is_sent_nothing(self):
        stack.call("POST", "/v1/auth/forgot-password", {"email": "nobody@example.com"})
        stack.await_true(lambda: stack.sql("SELECT state FROM account_mails WHERE address = 'nobody@example.com'") == "nobody", "looked for")
        self.assertEqual([], smtp.of("nobody@example.com", RESET))

    def test_of_a_mail_that_came_twice_both_links_count(self):
        smtp.mood = lambda address: "hang up"
        self.forget()
        stack.await_true(lambda: stack.sql(f"SELECT error FROM account_mails WHERE kind = 'reset_password' AND user_id = '{self.ann.id}'"), "put off")
        smtp.good()
        stack.ctl("mail", "retry", "--all")
        first, second = smtp.await_mails(self.ann.email, 2, about=RESET)
        self.assertEqual(first["Message-ID"], second["Message-ID"])
        tokens = [self.link(mail, "reset-password") for mail in (first, second)]
        self.assertNotEqual(*tokens)
        self.reset(tokens[0])

    def test_the_database_has_no_link(self):
        self.forget()
        token = self.link(smtp.await_mails(self.ann.email, about=RESET)[0], "reset-password")
        row = stack.sql(f"SELECT account_mails::text FROM account_mails WHERE kind = 'reset_password' AND user_id = '{self.ann.id}'")
        for part in (token, token[22:], token[22:].encode().hex()):
            self.assertNotIn(part, row)
            self.assertNotIn(part, stack.log())

    def test_without_an_address_of_the_service_no_link_is_sent_and_the_doctor_says_why(self):
        self.assertNotIn("TICKETD_PUBLIC_URL", stack.ctl("doctor", "--json")[1])
        env = stack.RUN_DIR / "env"
        before = env.read_text()
        env.write_text(before + "TICKETD_PUBLIC_URL=\n")
        stack.kill_messenger()
        try:
            self.assertIn("TICKETD_PUBLIC_URL", stack.ctl("doctor", "--json", TICKETD_PUBLIC_URL="")[1])
            self.forget()
            stack.await_true(lambda: "TICKETD_PUBLIC_URL" in stack.sql(
                f"SELECT error FROM account_mails WHERE kind = 'reset_password' AND user_id = '{self.ann.id}'"), "failed")
        finally:
            env.write_text(before)
            stack.kill_messenger()
        stack.ctl("mail", "retry", "--all")
        smtp.await_mails(self.ann.email, about=RESET)
