"""A stack that has lived through its own growth, beside one that was just started on a copy of its data: does a process slow
down with age? All of it runs from the first booking to the last, and nothing is restarted."""
import concurrent.futures
import json
import shutil
import subprocess
import time

import cases_http
import cases_worker
import people
import stack
import wrk

STAGES = 20
EVENTS = 100   # more of them in each stage
READERS = 4    # connections that read meanwhile
CONNECTIONS = 16
MOST_RATIO = 1.1


def run(bench):
    old = stack.fresh(bench.root, bench.out / "soak", bench.port + 6)
    new = stack.Stack(bench.root, bench.out / "soak-copy", bench.port + 7)
    try:
        requests = grow(bench, old)
        copy(old, new)
        measure(bench, old, new, requests)
    finally:
        new.stop()
        old.stop()


def grow(bench, grown):
    """Books in stages, each with people and events of its own, beside readers; returns the lines to measure with, by name."""
    start = time.time()
    count = bench.bookings_of_soak // STAGES
    for stage in range(STAGES):
        users, events = people.ids(f"soak people {stage}", count // 10), people.ids(f"soak events {stage}", EVENTS)
        users, events = [distinct(each, stage) for each in users], [distinct(each, stage) for each in events]
        people.insert_people(grown, users)
        people.insert_events(grown, events, users[0], 1_000_000)
        tokens = people.tokens(grown, users)
        reads = bench.out / "requests.soak-reads"
        reads.write_text("".join("".join(lines) for lines in reads_of(events, tokens).values()))
        books = [book(events[(n + 7 * turn) % EVENTS], token) for turn in range(10) for n, token in enumerate(tokens)]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            reader = pool.submit(wrk.run, grown.port, reads, 2, READERS)
            cases_worker.fill(bench, books, grown)
            reader.result()
        grown.await_empty_queue()
        print(f"  soak: {(stage + 1) * len(books):,} bookings after {time.time() - start:.0f} s", flush=True)
    return {**reads_of(events, tokens), "book": [book(event, tokens[n % len(tokens)]) for n, event in enumerate(events)]}


def distinct(name, stage):
    return f"{0x01900000 + stage + 1:08x}{name[8:]}"


def book(event, token):
    return wrk.line("POST", "/v1/events/book", token, json.dumps({"event_id": event}))


def reads_of(events, tokens):
    some = tokens[:500]
    return {"status": [wrk.line("GET", f"/v1/events/status/{events[n % EVENTS]}", token) for n, token in enumerate(some)],
            "event": [wrk.line("GET", f"/v1/events/{events[n % EVENTS]}", token) for n, token in enumerate(some)],
            "discover": [wrk.line("GET", "/v1/events/discover", token) for token in some],
            "search": [wrk.line("GET", "/v1/events/discover?q=night", token) for token in some],
            "my events": [wrk.line("GET", "/v1/events/my-events", tokens[0])],
            "bookings": [wrk.line("GET", "/v1/bookings", token) for token in some],
            "notifications": [wrk.line("GET", "/v1/notifications", token) for token in some],
            "me": [wrk.line("GET", "/v1/users/me", token) for token in some]}


def copy(old, new):
    """A second stack with the same keys and the same rows, page by page; its Redis begin empty."""
    new.command("stop")
    shutil.rmtree(new.run_dir, ignore_errors=True)
    (new.run_dir / "postgres").mkdir(parents=True)
    shutil.copy(old.run_dir / "secrets", new.run_dir / "secrets")
    old.base_backup(new.run_dir / "postgres/data")
    new.start()


def measure(bench, old, new, requests):
    for name, lines in requests.items():
        file = bench.out / "requests.soak"
        file.write_text("".join(lines))

        def load(of, file=file):
            return lambda: wrk.run(of.port, file, bench.seconds, CONNECTIONS)
        load(old)(), load(new)()  # warms up
        lived, fresh = cases_http.rounds(bench, load(old), load(new))
        bench.figure(f"soak_{name}", f"after {bench.bookings_of_soak:,} bookings, nothing restarted: {name}", lived["rate"], "1/s",
                     bare=fresh["rate"], bare_label="a fresh stack", least_ratio=round(1 / MOST_RATIO, 2))
    for each in (old, new):
        each.await_empty_queue()
