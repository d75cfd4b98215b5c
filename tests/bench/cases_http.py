"""Endpoints under load, each in turn with its bare minimum."""
import concurrent.futures
import json
import statistics

import people
import wrk

CONNECTIONS = 64


def rounds(bench, *runs):
    """Runs each function once a round, in turn; for each the median of every number."""
    results = [[] for _ in runs]
    for _ in range(bench.rounds):
        for result, run in zip(results, runs):
            result.append(run())
    return [{key: statistics.median(each[key] for each in result) for key in result[0]} for result in results]


def load(bench, port, file, connections=CONNECTIONS):
    return wrk.run(port, file, bench.seconds, connections)


def compare(bench, name, label, lines, bare_port=None, bare_label="", before=lambda: None, connections=CONNECTIONS, **targets):
    file = bench.out / f"requests.{name}"
    file.write_text("".join(lines))

    def run(port):
        def once():
            before()
            return load(bench, port, file, connections)
        return once
    results = rounds(bench, run(bench.stack().port), *([run(bare_port)] if bare_port else []))
    bench.rate(name, label, results[0], results[1] if bare_port else None, bare_label, **targets)


def account(bench, name, label, file, processes):
    """Where the processor's time goes: more rounds, and what each process took for a request."""
    stack = bench.stack()
    for _ in range(bench.rounds):
        before = {each: stack.processor_us(each) for each in processes}
        count = load(bench, stack.port, file)["rate"] * bench.seconds
        for each in processes:
            bench.figure(f"{name}_cpu_{each}", f"   {label}: processor time of {each}", (stack.processor_us(each) - before[each]) / count, "us")


def bookings(bench, events):
    return [wrk.line("POST", "/v1/events/book", token, json.dumps({"event_id": events[n % len(events)]}))
            for n, token in enumerate(bench.tokens())]


def book(bench):
    stack, bare_port = bench.stack(), bench.bare().port
    lines = bookings(bench, bench.fresh_events(100, 1_000_000))
    with bench.workers_down():
        compare(bench, "book", "book: accepted and durable, 64 connections, worker stopped", lines, bare_port,
                "one XADD", stack.empty_queue, least_ratio=0.9)
        file = bench.out / "requests.book"
        stack.queue_redis("CONFIG", "RESETSTAT")
        load(bench, bare_port, file)
        bare_us = stack.queue_us_per_call("xadd")
        stack.empty_queue()
        stack.queue_redis("CONFIG", "RESETSTAT")
        account(bench, "book", "a booking", file, ("events-book", "redis-queue", "redis-cache", "nginx"))
        bench.figure("book_script", "   a booking: the script within redis-queue", stack.queue_us_per_call("(?:fcall|evalsha)"), "us",
                     bare=bare_us, bare_label="XADD")
        stack.empty_queue()
    compare(bench, "book_and_drain", "book, while the worker drains", lines, bare_port, "one XADD", least_ratio=0.75)
    stack.await_empty_queue()


def status(bench):
    events = bench.fresh_events(1000, 100)
    lines = [wrk.line("GET", f"/v1/events/status/{events[n % 1000]}", token) for n, token in enumerate(bench.tokens()[:1000])]
    compare(bench, "status", "status, 64 connections, 1,000 people", lines, bench.bare().port, "one SELECT", least_ratio=0.9)


def page(bench):
    """An event's page without an account, as ten popular ones are read."""
    events = bench.fresh_events(10, 100)
    lines = [wrk.line("GET", f"/v1/events/{event}") for event in events]
    bench.bare().write_page(bench.stack().body("GET", f"/v1/events/{events[0]}"))
    compare(bench, "page", "an event without an account, 64 connections", lines, bench.bare().constant_port,
            "nginx serving a file", least_ratio=0.8)


def discover(bench):
    bench.fresh_events(1000, 100)
    lines = [wrk.line("GET", "/v1/events/discover", token) for token in bench.tokens()[:1000]]
    compare(bench, "discover", "discover, first page of 20, 64 connections", lines, bench.bare().port, "nothing")


def search(bench):
    """120 events of 1,120 words that begin alike, searched for by seven beginnings of them, and a list beside that."""
    bench.fresh_events(1000, 100)
    word = "hostileab"
    bench.stack().sql.rows(f"""INSERT INTO events (id, user_id, title, description, location, start_date_time, end_date_time,
        total_tickets, available_tickets, created_at, updated_at)
      SELECT gen_random_uuid(), '{bench.users()[0]}', 'Night', (SELECT string_agg('{word}' || left(md5(n || '-' || w), 6), ' ') FROM generate_series(1, 560) AS w),
        (SELECT string_agg('{word}' || left(md5(n || '+' || w), 6), ' ') FROM generate_series(1, 560) AS w),
        now() + interval '1 year', now() + interval '366 days', 1, 1, now(), now() FROM generate_series(1, 120) AS n""")
    files = {}
    for name, query in (("plain", ""), ("search", "?q=night"), ("hostile", "?q=" + "+".join(word[:n] for n in range(3, 10)))):
        files[name] = bench.out / f"requests.{name}"
        files[name].write_text("".join(wrk.line("GET", f"/v1/events/discover{query}", token) for token in bench.tokens()[:1000]))

    def one(name):
        return load(bench, bench.stack().port, files[name], connections=1)

    def beside():
        with concurrent.futures.ThreadPoolExecutor() as pool:
            crowd = pool.submit(load, bench, bench.stack().port, files["hostile"], 16)
            return one("plain"), crowd.result()
    plain, usual, hostile, both = rounds(bench, lambda: one("plain"), lambda: one("search"), lambda: one("hostile"), lambda: beside()[0])
    bench.figure("search", "a search for seven beginnings of 134,400 words", hostile["p50"], "ms", bare=usual["p50"], bare_label="for a usual word", most_ratio=5)
    bench.figure("search_beside", "a list beside 16 such searches", both["p50"], "ms", bare=plain["p50"], bare_label="alone")


def login(bench):
    users = people.ids("logins", 100)
    status, _, reply = bench.stack().call("POST", "/v1/auth/register", body={
        "email": f"first-{bench.number()}@bench.example", "password": "correct horse"})
    if status != 201:
        raise RuntimeError(f"register answered {status}")
    password_hash = bench.stack().sql.value(f"SELECT password_hash FROM users WHERE id = '{reply['data']['user']['id']}'")
    people.insert_people(bench.stack(), users, password_hash)
    lines = [wrk.line("POST", "/v1/auth/login", "", json.dumps({"email": f"{user}@bench.example", "password": "correct horse"}))
             for user in users]
    compare(bench, "login", "login (one argon2id each), 8 connections", lines, connections=8)


def mixed(bench):
    events = bench.fresh_events(100, 1_000_000)
    kinds = (["status"] * 12 + ["discover"] * 3 + ["book"] * 3 + ["list"] * 2)
    book_lines = bookings(bench, events)
    lines = []
    for n, token in enumerate(bench.tokens()):
        kind = kinds[n * 7 % len(kinds)]
        lines.append({"status": wrk.line("GET", f"/v1/events/status/{events[n % 100]}", token),
                      "discover": wrk.line("GET", "/v1/events/discover", token),
                      "list": wrk.line("GET", "/v1/bookings", token), "book": book_lines[n]}[kind])
    compare(bench, "mixed", "mixed: 60 % status, 15 % discover, 15 % book, 10 % list, worker running", lines,
            bench.bare().port, "nothing")
    bench.stack().await_empty_queue()


def floor(bench):
    """What the machine gives at most: for reading the others."""
    file = bench.out / "requests.floor"
    file.write_text(wrk.line("GET", "/livez"))
    constant, nothing, livez = rounds(bench, *(lambda port=port: load(bench, port, file) for port in (
        bench.bare().constant_port, bench.bare().port, bench.stack().port)))
    bench.rate("constant", "nginx returning a constant", constant)
    bench.rate("nothing", "nginx and a FastCGI process that does nothing", nothing)
    bench.rate("livez", "livez: ours, with nothing to do", livez, nothing, "nothing")
