"""The messenger: 10,000 people are told by mail that their event is cancelled, while others book."""
import contextlib
import os
import smtplib
import socket
import subprocess
import time

from cases_worker import hold, in_shard_of, outcome_ms


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def mail_server():
    """One that takes every mail and forgets it."""
    port = free_port()
    server = subprocess.Popen(["aiosmtpd", "-n", "-c", "aiosmtpd.handlers.Sink", "-l", f"127.0.0.1:{port}"])
    try:
        while True:
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        yield port
    finally:
        server.kill()
        server.wait()


@contextlib.contextmanager
def messenger(stack, port):
    part = dict(line.split("=", 1) for line in (stack.run_dir / "conf/messenger.env").read_text().splitlines())
    settings = {**stack.env, **part, "TICKETD_MAIL_URL": f"smtp://127.0.0.1:{port}", "TICKETD_LOG_LEVEL": "warning"}
    process = subprocess.Popen([stack.root / "build/bin/ticketd-messenger"], env={**os.environ, **settings})
    stack.ctl("mail", "on")
    try:
        yield
    finally:
        stack.ctl("mail", "off")
        process.terminate()
        process.wait()


MAIL = "\r\n".join(["From: <tickets@example.org>", "To: <x@bench.example>", "Subject: The event is cancelled", "", *["x" * 70] * 28, ""])


def by_hand(port, count):
    """Mails a second of a loop over one connection."""
    start = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as server:
        for _ in range(count):
            server.sendmail("tickets@example.org", ["x@bench.example"], MAIL)
    return count / (time.perf_counter() - start)


def mails(bench):
    stack, count = bench.stack(), min(10_000, len(bench.users()))
    event = bench.fresh_events(1, count)[0]
    same = in_shard_of(bench, event, 20)
    hold(bench, event, count, 1)

    quiet, beside = [], []

    def book(waits):
        number = len(quiet) + len(beside)  # nobody books the same twice
        waits.append(outcome_ms(bench, same[number % 20], bench.tokens()[-1 - number // 20]))

    with mail_server() as port, messenger(stack, port):
        while len(quiet) < bench.samples // 4:
            book(quiet)
        bare = by_hand(port, 2_000)
        start = time.perf_counter()
        status, _, _ = stack.call("DELETE", f"/v1/events/{event}", bench.tokens()[0])
        if status not in (200, 202):
            raise RuntimeError(f"DELETE answered {status}")
        told = f"SELECT count(*) FROM mails JOIN notifications USING (id) WHERE event_id = '{event}' AND mails.state = 'sent'"
        while int(stack.sql.value(told)) < count:
            book(beside)
        rate = count / (time.perf_counter() - start)
    bench.figure("mails", f"{count:,} people told by mail", rate, "1/s", bare=bare, bare_label="the same by a loop over SMTP")
    bench.latency("mails_others", "   meanwhile: booking to outcome", beside, quiet, "before", most_p99_ratio=2)
