"""Every endpoint on an almost empty database and on large ones, in turn: does anything depend on the size of a table?

The large databases stay in build/bench/growth-N for the next run; the first run makes them, which takes minutes. The smallest
has just a page of everything, so that all of them answer with equally many rows.
"""
import hashlib
import json
import statistics
import subprocess
import time

import people
import stack
import wrk

FULL_EVENTS = 1_000_000  # with 5 bookings each, and a line of a tenth as many people
CONNECTIONS = 4
LEAST_EVENTS = 60


def name_of(kind, n):
    """bench.id() of growth.sql."""
    digits = f"{kind}{n:08x}7{hashlib.md5(f'{kind}{n}'.encode()).hexdigest()[:19]}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def word(n):
    return "w" + hashlib.md5(str(n).encode()).hexdigest()[:6]


class Database:
    def __init__(self, bench, events, port):
        self.events, self.waiting = events, max(1, events // 10)
        self.stack = stack.Stack(bench.root, bench.out / f"growth-{events}", port)

    def open(self, bench):
        if self.events == LEAST_EVENTS:  # an earlier run's bookings were made by six people: nothing would be almost empty
            self.stack = stack.fresh(bench.root, self.stack.run_dir, self.stack.port)
        else:
            self.stack.start()
        if self.stack.sql.value("SELECT to_regclass('bench.complete') IS NULL") == "t":
            self.make(bench)

    def make(self, bench):
        start = time.time()
        if self.stack.sql.value("SELECT count(*) FROM users") != "0":  # an earlier run was broken off
            self.stack.stop()
            self.stack = stack.fresh(bench.root, self.stack.run_dir, self.stack.port)
        subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-v", f"events={self.events}", "-v", f"waiting={self.waiting}",
                        "-f", bench.source("growth.sql"), self.stack.env["ADMIN_DATABASE_URL"]], check=True)
        made = time.time()
        verified = self.stack.ctl("verify")
        if verified.returncode != 0:
            raise RuntimeError(f"the data of {self.events} events are not valid:\n{verified.stdout}")
        print(f"  growth: {self.events:,} events made in {made - start:.0f} s, verified in {time.time() - made:.0f} s", flush=True)

    def requests(self):
        """Endpoint -> the lines of its requests, by different people where it is one's own that is asked for."""
        first, last = 1001, 1000 + self.waiting
        waiting = [first + (last - first) * n // 50 for n in range(51)]
        tokens = dict(zip([1, *waiting], people.tokens(self.stack, [name_of("0190", n) for n in [1, *waiting]])))
        event = name_of("0191", 1)

        def by_one(method, path, body=""):
            return [wrk.line(method, path, tokens[1], body)]

        def by_waiting(method, path, body=""):
            return [wrk.line(method, path.format(booking=name_of("0192", n), command=name_of("0193", n)), tokens[n], body)
                    for n in waiting]
        return {
            "status of the long line": by_waiting("GET", f"/v1/events/status/{event}"),
            "event": by_one("GET", f"/v1/events/{event}"),
            "discover": by_one("GET", "/v1/events/discover"),
            "discover, last page by number": by_one("GET", "/v1/events/discover?limit=1&page=20"),
            "discover, newest first": by_one("GET", "/v1/events/discover?sort=-created_at"),
            "discover, past, latest first": by_one("GET", "/v1/events/discover?when=past&sort=-start_date_time"),
            "discover, a rare word": by_one("GET", f"/v1/events/discover?limit=1&q={word(7 * (self.events - 3) % 5000)}"),
            "discover, a common word": by_one("GET", "/v1/events/discover?limit=5&q=concert"),
            "my events": by_one("GET", "/v1/events/my-events"),
            "bookings, one in the long line": by_waiting("GET", f"/v1/bookings?event_id={event}"),
            "bookings, twenty": by_one("GET", "/v1/bookings"),
            "booking in the long line": by_waiting("GET", "/v1/bookings/{booking}"),
            "request": by_waiting("GET", "/v1/requests/{command}"),
            "notifications": by_one("GET", "/v1/notifications"),
            "me": by_one("GET", "/v1/users/me"),
            "book": by_waiting("POST", "/v1/events/book", json.dumps({"event_id": name_of("0191", self.events)})),
            "cancel": by_waiting("DELETE", "/v1/events/booking/cancel", json.dumps({"event_id": name_of("0191", self.events)})),
            "new event": by_one("POST", "/v1/events/initialize", json.dumps(NEW_EVENT)),
        }


NEW_EVENT = {"title": "Growth", "description": "d", "location": "l", "start_date_time": "2020-01-01T00:00:00Z",
             "end_date_time": "2020-01-02T00:00:00Z", "number_of_tickets": 10}


def run(bench):
    sizes = [LEAST_EVENTS, *((10_000,) if bench.quick else (FULL_EVENTS // 10, FULL_EVENTS))]
    databases = []
    try:
        for n, size in enumerate(sizes):
            databases.append(Database(bench, size, bench.port + 3 + n))
            databases[-1].open(bench)
        measure(bench, databases)
    finally:
        for database in databases:
            database.stack.stop()


def measure(bench, databases):
    requests = [database.requests() for database in databases]
    file = bench.out / "requests.growth"
    curves = {}
    for endpoint in requests[0]:
        results = [[] for _ in databases]
        try:
            for round_number in range(bench.rounds + 3):
                for database, lines, result in zip(databases, requests, results):
                    file.write_text("".join(lines[endpoint]))
                    got = wrk.run(database.stack.port, file, 1, CONNECTIONS)
                    if round_number > 0:  # the first one only warms up
                        result.append(got)
        except wrk.BadReplies as e:
            bench.failed.append(f"growth, {endpoint}, {database.events:,} events: {e}")
            continue
        medians = [{key: statistics.median(each[key] for each in result) for key in ("p50", "p99")} for result in results]
        for key in ("p50", "p99"):
            bench.figure(f"growth {endpoint} {key}", f"growth: {endpoint}" if key == "p50" else "", medians[-1][key], "ms",
                         bare=medians[0][key], bare_label="p50, empty" if key == "p50" else "p99, empty",
                         most_ratio=1.5 if key == "p99" else None)
        curves[endpoint] = [(database.events, median["p99"]) for database, median in zip(databases, medians)]
    bench.series("growth", "p99 by size of the database", "events", "ms", curves)
    for database in databases:
        database.stack.await_empty_queue()
