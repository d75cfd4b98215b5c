"""What mail servers do, and what becomes of the mail."""
import os
import pathlib
import subprocess
import tempfile
import time
import unittest

import stack
from stack import Person, await_true, smtp


class Faults(unittest.TestCase):
    def setUp(self):
        smtp.good()

    def waiting(self, address):
        return [mail for mail in stack.mails("waiting") if mail["address"] == address]

    def failed(self, address):
        return [mail for mail in stack.mails("failed") if mail["address"] == address]

    def booked(self, name="Ann"):
        """Somebody who has just booked, and is about to be told."""
        person = Person(name)
        person.book(person.make_event(1))
        return person

    def test_a_refusal_for_good(self):
        smtp.mood = lambda address: f"550 5.1.1 <{address}>: no such user"
        ann = self.booked()
        await_true(lambda: self.failed(ann.email), "failed")
        self.assertEqual((1, f"550 5.1.1 <{ann.email}>: no such user"),
                         tuple(self.failed(ann.email)[0][key] for key in ("attempts", "error")))
        self.assertIn('"status":"550 5.1.1"', stack.log())
        self.assertNotIn("@", stack.log())
        smtp.good()
        self.assertEqual(0, stack.ctl("mail", "retry", self.failed(ann.email)[0]["id"])[0])
        smtp.await_mails(ann.email)

    def test_a_refusal_of_this_host_ends_no_mail(self):
        smtp.mood = lambda address: "554 5.7.1 <vm[127.0.0.1]>: Client host rejected: Access denied"
        ann = self.booked()
        await_true(lambda: self.waiting(ann.email) and self.waiting(ann.email)[0]["error"], "put off")
        smtp.good()
        stack.ctl("mail", "retry", "--all")
        smtp.await_mails(ann.email)

    def test_a_reply_in_no_known_letters(self):
        smtp.mood = lambda address: "550 Empf\xe4nger unbekannt " + "\xe4" * 400
        ann = self.booked()
        await_true(lambda: self.failed(ann.email), "failed")
        self.assertEqual(1, self.failed(ann.email)[0]["attempts"])
        self.assertRegex(self.failed(ann.email)[0]["error"], r"^550 Empf\?+nger unbekannt")

    def test_a_mail_that_ends_its_messengers_is_given_up(self):
        smtp.mood = lambda address: "451 4.3.0 later"
        ann = self.booked()
        await_true(lambda: self.waiting(ann.email) and self.waiting(ann.email)[0]["error"], "put off")
        smtp.good()
        stack.sql(f"UPDATE mails SET attempts = 12, due_at = now() WHERE user_id = '{ann.id}'")
        await_true(lambda: self.failed(ann.email), "failed")
        self.assertEqual([], smtp.of(ann.email))

    def test_who_stops_it_waits_for_one_mail_alone(self):
        owner = Person("Owner")
        event = owner.make_event(30)
        people = [Person(f"S{i}") for i in range(30)]
        smtp.mood = lambda address: time.sleep(0.1)  # a slow one
        for person in people:
            person.book(event)
        smtp.await_mails(people[2].email)
        told = [person for person in people if smtp.of(person.email)]
        subprocess.run(["sv", "-w", "20", "down", stack.RUN_DIR / "service/messenger"], check=True, stdout=subprocess.DEVNULL)
        self.assertEqual("0", stack.sql("SELECT count(*) FROM mails WHERE state = 'waiting' AND attempts > 0"))
        smtp.good()
        subprocess.run(["sv", "up", stack.RUN_DIR / "service/messenger"], check=True, stdout=subprocess.DEVNULL)
        for person in people:
            self.assertEqual(1, len(smtp.await_mails(person.email, seconds=30)))
        self.assertLess(len(told), 30)

    def test_retry_counts_each_once(self):
        smtp.mood = lambda address: "550 5.1.1 no"
        ann = self.booked()
        await_true(lambda: self.failed(ann.email), "failed")
        stack.sql(f"DELETE FROM mails WHERE user_id <> '{ann.id}'; DELETE FROM account_mails")
        smtp.good()
        self.assertIn("1 mail is due now", stack.ctl("mail", "retry", "--all")[1])
        smtp.await_mails(ann.email)

    def test_not_now(self):
        smtp.mood = lambda address: "451 4.7.1 greylisted"
        ann = self.booked()
        await_true(lambda: self.waiting(ann.email) and self.waiting(ann.email)[0]["error"], "put off")
        mail, = self.waiting(ann.email)
        self.assertEqual((1, "451 4.7.1 greylisted"), (mail["attempts"], mail["error"]))
        self.assertIn("greylisted", stack.ctl("mail", "show", mail["id"])[1])
        smtp.good()
        self.assertEqual(0, stack.ctl("mail", "retry", "--all")[0])
        self.assertEqual(f"<{mail['id']}@example.org>", smtp.await_mails(ann.email)[0]["Message-ID"])

    def test_a_minute_and_the_last_of_nine_tries(self):
        smtp.mood = lambda address: "451 4.3.0 later"
        ann = self.booked()
        await_true(lambda: self.waiting(ann.email) and self.waiting(ann.email)[0]["error"], "put off")
        self.assertEqual("t", stack.sql(f"""SELECT due_at - updated_at BETWEEN interval '59 s' AND interval '61 s' FROM mails
          WHERE user_id = '{ann.id}'"""))
        stack.sql(f"UPDATE mails SET attempts = 8, due_at = now() WHERE user_id = '{ann.id}'")  # the clock is ours alone to move
        await_true(lambda: self.failed(ann.email), "failed")
        self.assertEqual(9, self.failed(ann.email)[0]["attempts"])

    def test_it_dies_with_the_mail_in_hand(self):
        smtp.mood = lambda address: "hang up"
        ann = self.booked()
        smtp.await_mails(ann.email)
        await_true(lambda: self.waiting(ann.email) and self.waiting(ann.email)[0]["error"], "put off")
        smtp.good()
        stack.ctl("mail", "retry", "--all")
        first, second = smtp.await_mails(ann.email, 2)
        self.assertEqual(first["Message-ID"], second["Message-ID"])

    def test_one_who_is_refused_keeps_nobody_waiting(self):
        ann, bob = Person("Ann"), Person("Bob")
        smtp.mood = lambda address: "550 5.1.1 no" if address == ann.email else None
        for person in (ann, bob):
            person.book(person.make_event(1))
        smtp.await_mails(bob.email)
        await_true(lambda: self.failed(ann.email), "failed")

    def test_it_is_away(self):
        smtp.stop()
        try:
            people = [self.booked() for _ in range(5)]
            await_true(lambda: "no_mail_server" in stack.log(), "noticed")
            await_true(lambda: all(self.waiting(person.email) for person in people), "waits")
        finally:
            smtp.start()
        for person in people:
            smtp.await_mails(person.email, seconds=70)
        attempts = stack.sql(f"""SELECT max(attempts) FROM mails WHERE user_id IN ({', '.join(f"'{p.id}'" for p in people)})""")
        self.assertEqual("1", attempts)  # a try without a server is none

    def test_the_messenger_is_killed(self):
        owner = Person("Owner")
        event = owner.make_event(40)
        people = [Person(f"P{i}") for i in range(40)]
        for person in people:
            person.book(event)
        for killed in range(3):
            smtp.await_mails(people[5 + 10 * killed].email, seconds=60)
            stack.kill_messenger()
            # Whose mail it had in hand, and what it could have handed over twice, waits for five minutes.
            stack.sql("UPDATE mails SET due_at = now() WHERE state = 'waiting' AND attempts > 0")
        await_true(lambda: stack.sql("UPDATE mails SET due_at = now() WHERE state = 'waiting' AND attempts > 0") is not None and
                   all(smtp.of(person.email) for person in people), "all are told", 60)
        for person in people:
            self.assertEqual(1, len({mail["Message-ID"] for mail in smtp.of(person.email)}))

    def test_postgres_is_away(self):
        ann = Person("Ann")
        event = ann.make_event(1)
        run_dir = stack.RUN_DIR
        subprocess.run(["sv", "-w", "20", "down", run_dir / "service/postgres"], check=True, stdout=subprocess.DEVNULL)
        try:
            await_true(lambda: "messenger_fault" in stack.log(), "noticed")
        finally:
            subprocess.run(["sv", "up", run_dir / "service/postgres"], check=True, stdout=subprocess.DEVNULL)

        def booked():
            try:
                return ann.book(event)
            except AssertionError:
                return None
        await_true(booked, "books again")
        smtp.await_mails(ann.email)


class Test(unittest.TestCase):
    """`ticketctl mail test`, by which an operator finds out what is wrong."""

    def server(self, **more):
        server = stack.server.Server(int(os.environ["SMTP_PORT"]) + 1)
        server.start(**more)
        self.addCleanup(server.stop)
        return server

    def test_shows_what_was_said(self):
        status, said = stack.ctl("mail", "test", "ann@example.com")
        self.assertEqual(0, status, said)
        self.assertIn("    > RCPT TO:<ann@example.com>\n", said)
        self.assertIn("250 2.0.0 taken", said)
        self.assertEqual("A test of ticketd", smtp.await_mails("ann@example.com")[-1]["Subject"])

    def test_nobody_is_there(self):
        status, said = stack.ctl("mail", "test", "ann@example.com", TICKETD_MAIL_URL="smtp://127.0.0.1:1")
        self.assertEqual(1, status)
        self.assertRegex(said, "(?i)connect")

    def test_no_address(self):
        for word in ("ann", "ann@example.com\r\nDATA", "a@b>,<c@d"):
            status, said = stack.ctl("mail", "test", word)
            self.assertEqual(1, status, said)
            self.assertIn("no address", said)

    def test_a_certificate_of_somebody_else(self):
        with tempfile.TemporaryDirectory() as directory:
            key, certificate = pathlib.Path(directory) / "key", pathlib.Path(directory) / "certificate"
            subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", "/CN=mail.example.net",
                            "-keyout", key, "-out", certificate], check=True, stderr=subprocess.DEVNULL)
            import ssl
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate, key)
            server = self.server(tls_context=context)
            url = f"smtp://127.0.0.1:{server.port}"
            status, said = stack.ctl("mail", "test", "ann@example.com", TICKETD_MAIL_URL=url, TICKETD_MAIL_STARTTLS="on")
            self.assertEqual(1, status, said)
            self.assertRegex(said, "(?i)certificate")
            self.assertEqual([], server.taken)

    def test_no_tls_where_it_has_to_be(self):
        server = self.server()
        status, said = stack.ctl("mail", "test", "ann@example.com", TICKETD_MAIL_URL=f"smtp://127.0.0.1:{server.port}",
                                 TICKETD_MAIL_STARTTLS="on")
        self.assertEqual(1, status, said)
        self.assertEqual([], server.taken)

    def test_a_password(self):
        from aiosmtpd.smtp import AuthResult
        given = []

        def authenticator(_server, _session, _envelope, _mechanism, data):
            given.append(data.password)
            return AuthResult(success=data.password == b"right horse", handled=False)
        server = self.server(authenticator=authenticator, auth_required=True, auth_require_tls=False)
        settings = {"TICKETD_MAIL_URL": f"smtp://127.0.0.1:{server.port}", "TICKETD_MAIL_USER": "ticketd"}
        status, said = stack.ctl("mail", "test", "ann@example.com", TICKETD_MAIL_PASSWORD="wrong horse", **settings)
        self.assertEqual((1, True), (status, "535" in said), said)
        status, said = stack.ctl("mail", "test", "ann@example.com", TICKETD_MAIL_PASSWORD="right horse", **settings)
        self.assertEqual(0, status, said)
        self.assertEqual([b"wrong horse", b"right horse"], given)
        self.assertNotIn("horse", said)
        self.assertNotIn("cmlnaHQgaG9yc2U", said)  # as AUTH sends it
        status, said = stack.ctl("mail", "test", "ann@example.com", **{**settings, "TICKETD_MAIL_USER": ""})
        self.assertEqual((1, True), (status, "530" in said), said)
