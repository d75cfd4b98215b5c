"""The worker: how many outcomes a second it commits, how soon a freed seat is held again, and whether anyone starves."""
import json
import re
import statistics
import subprocess
import threading
import time

import people
import wrk
from stack import QueueRedis

BATCH = 500  # of the hand-made SQL, as of the worker
HOLDERS = 1_000
PARTS = ("worker-1", "postgres", "redis-queue")


def fill(bench, lines, stack=None):
    """Sends each request once over HTTP; (sent, answered) in s, status, id of each."""
    file, out = bench.out / "requests.crowd", bench.out / "crowd.out"
    file.write_text("".join(lines))
    subprocess.run([bench.programs / "crowd", str((stack or bench.stack()).port), "128", file, out], check=True)
    answers = []
    for line in out.read_text().splitlines():
        sent, answered, status, *request = line.split(" ")
        answers.append((int(sent) / 1e6, int(answered) / 1e6, int(status), request[0]))
    refused = [each for each in answers if each[2] != 202]
    if refused:
        raise RuntimeError(f"{len(refused)} of {len(answers)} were not accepted, such as with {refused[0][2]}")
    return answers


def drain(bench, lines, workers=1, took=None):
    """Outcomes a second between the first commit and the last of a queue that was filled while no worker ran. `took`: a list for each of
    PARTS, which gets its processor time for an outcome, in us."""
    stack = bench.stack()
    with bench.workers_down():
        answers = fill(bench, lines)
        stack.forget_turns()
    stack.service("up", *stack.workers[:workers])
    before = {each: stack.processor_us(each) for each in took or ()}
    stack.await_empty_queue()
    for each, us in before.items():
        took[each].append((stack.processor_us(each) - us) / len(lines))
    stack.service("down", *stack.workers[1:workers])
    return committed_rate(stack, min(each[0] for each in answers), len(lines))


def committed_rate(stack, since, expected):
    """What the first commit brought is left out: how long it took is not known."""
    count, after_first, seconds = stack.sql.rows(f"""
      WITH done AS (SELECT pg_xact_commit_timestamp(xmin) AS at FROM commands WHERE accepted_at >= to_timestamp({since - 0.002}))
      SELECT count(*), count(*) FILTER (WHERE at > (SELECT min(at) FROM done)), extract(epoch FROM max(at) - min(at)) FROM done""")[0]
    if int(count) != expected:
        raise RuntimeError(f"{count} outcomes of {expected} commands")
    return int(after_first) / float(seconds)


def books(bench, events, count):
    return [wrk.line("POST", "/v1/events/book", token, json.dumps({"event_id": events[n % len(events)]}))
            for n, token in enumerate(bench.tokens()[:count])]


def with_cancels(bench, events, count):
    """30 % cancels: of ten commands three take back what the same person booked some commands before."""
    tokens, lines, held, taken = iter(bench.tokens()), [], [], 0
    for n in range(count):
        if n % 10 in (5, 7, 9):
            token, event = held.pop(0)
            lines.append(wrk.line("DELETE", "/v1/events/booking/cancel", token, json.dumps({"event_id": event})))
            continue
        held.append((next(tokens), events[taken % len(events)]))
        taken += 1
        lines.append(wrk.line("POST", "/v1/events/book", held[-1][0], json.dumps({"event_id": held[-1][1]})))
    return lines


def batch_rate(bench, count):
    """The rows that the worker writes for as many bookings of one event, by SQL made by hand, in batches as large."""
    stack = bench.stack()
    event = bench.fresh_events(1, count // 10)[0]
    stack.sql.rows(bench.source("batch_rows.sql").read_text().replace(":count", str(count)))
    script = bench.out / "batch.sql"
    script.write_text(bench.source("batch.sql").read_text().replace(":event", f"'{event}'::uuid").replace(":seats", str(count // 10)))
    with bench.workers_down():
        start = time.time()
        subprocess.run(["pgbench", "-n", "-M", "prepared", "-c", "1", "-t", str(count // BATCH), "-f", script,
                        stack.env["DATABASE_URL"]], check=True, capture_output=True)
    return committed_rate(stack, start, count)


def drain_hot(bench):
    count = bench.commands
    ours, bare, took = [], [], {each: [] for each in PARTS}
    for _ in range(bench.rounds_of_drain):
        ours.append(drain(bench, books(bench, bench.fresh_events(1, count // 10), count), took=took))
        bare.append(batch_rate(bench, count))
    bench.rate("drain_hot", f"worker: outcomes on one hot event ({count:,} commands, a tenth get seats)",
               {"rate": statistics.median(ours)}, {"rate": statistics.median(bare)}, "SQL batch by hand", least_ratio=0.8)
    for each, us in took.items():
        bench.figure(f"drain_hot_cpu_{each}", f"   an outcome: processor time of {each}", statistics.median(us), "us")


def drain_many(bench):
    rates = [drain(bench, books(bench, bench.fresh_events(1000, 1000), bench.commands)) for _ in range(bench.rounds_of_drain)]
    bench.rate("drain_many", "worker: outcomes on 1,000 events", {"rate": statistics.median(rates)})


def drain_cancels(bench):
    rates = [drain(bench, with_cancels(bench, bench.fresh_events(1, bench.commands // 20), bench.commands))
             for _ in range(bench.rounds_of_drain)]
    bench.rate("drain_cancels", "worker: outcomes on one event, 30 % cancels", {"rate": statistics.median(rates)})


def hold(bench, event, count, each, seats=None):
    """Gives the first people bookings of the event, `each` to each, until there are `count`; the first `seats` of them, or all, are
    seats, and the others wait. Anybody may hold a hundred."""
    seats = count if seats is None else seats
    bench.stack().sql.rows(f"""INSERT INTO bookings (id, event_id, user_id, state, seq, slot, created_at, updated_at)
      SELECT gen_random_uuid(), '{event}', id, CASE WHEN row_number() OVER () <= {seats} THEN 'confirmed' ELSE 'waitlisted' END,
        row_number() OVER (), slot, now(), now()
      FROM (SELECT id, slot FROM unnest('{{{",".join(bench.users()[:count // each + 1])}}}'::uuid[]) AS id, generate_series(1, {each}) AS slot
            LIMIT {count}) AS held""")
    bench.stack().sql.rows(f"""UPDATE events SET max_per_user = 100, available_tickets = total_tickets - {seats},
        waiting_list_count = {count - seats}, next_seq = {count} + 1
      WHERE id = '{event}'""")


def drain_holders(bench):
    """Does a hundredth ticket cost more than a second one? People book one more and give it back, in turn."""
    rates = {1: [], 99: []}
    for _ in range(bench.rounds_of_drain):
        for held, of in rates.items():
            event = bench.fresh_events(1, 1_000_000)[0]
            hold(bench, event, HOLDERS * held, held)
            body = json.dumps({"event_id": event})
            words = (("POST", "/v1/events/book"), ("DELETE", "/v1/events/booking/cancel"))
            of.append(drain(bench, [wrk.line(*words[n // HOLDERS % 2], bench.tokens()[n % HOLDERS], body) for n in range(bench.commands)]))
    bench.rate("drain_holders", "worker: outcomes of people with 99 tickets each", {"rate": statistics.median(rates[99])},
               {"rate": statistics.median(rates[1])}, "with one", least_ratio=0.95)


def drain_tens(bench):
    """Bookings of ten tickets beside bookings of one; of both a tenth get their seats."""
    count = bench.commands
    rates = {1: [], 10: []}
    for _ in range(bench.rounds_of_drain):
        for tickets, of in rates.items():
            event = bench.fresh_events(1, count * tickets // 10)[0]
            bench.stack().sql.rows(f"UPDATE events SET max_per_user = 100 WHERE id = '{event}'")
            body = json.dumps({"event_id": event, "quantity": tickets})
            of.append(drain(bench, [wrk.line("POST", "/v1/events/book", token, body) for token in bench.tokens()[:count]]))
    bench.rate("drain_tens", "worker: outcomes of bookings of ten tickets", {"rate": statistics.median(rates[10])},
               {"rate": statistics.median(rates[1])}, "of one", least_ratio=0.8)


def blocked_line(bench, entries):
    """An event with nine free seats, in whose line everybody wants ten. Gives back the bookings of the last hundred, with their tokens."""
    sql = bench.stack().sql
    event, users = bench.fresh_events(1, 12)[0], bench.users()
    sql.rows(f"""INSERT INTO bookings (id, event_id, user_id, state, seq, slot, quantity, created_at, updated_at)
      SELECT gen_random_uuid(), '{event}', ('{{{",".join(users)}}}'::uuid[])[1 + n % {len(users)}],
        CASE WHEN n = 0 THEN 'confirmed' ELSE 'waitlisted' END, 10 * n + 1, 1 + 10 * (n / {len(users)}),
        CASE WHEN n = 0 THEN 3 ELSE 10 END, now(), now()
      FROM generate_series(0, {entries}) AS n""")
    sql.rows(f"""UPDATE events SET edition = 2, max_per_user = 100, available_tickets = 9, waiting_list_count = {entries},
        waiting_more = {9 * entries}, next_seq = {10 * entries + 11} WHERE id = '{event}'""")
    token_of = dict(zip(users, bench.tokens()))
    return [(booking, token_of[user]) for booking, user in sql.rows(
        f"SELECT id, user_id FROM bookings WHERE event_id = '{event}' ORDER BY seq DESC LIMIT 100")]


def settle_blocked(bench):
    """Nothing in the line fits, and each of these changes of a wish goes through it: what does its length cost?"""
    long = 2 * len(bench.users())  # 100,000; each person has two
    rates = {100: [], long: []}
    for _ in range(bench.rounds_of_drain):
        for entries, of in rates.items():
            last = blocked_line(bench, entries)
            wishes = [last[n % len(last)] for n in range(bench.commands // 4)]
            of.append(drain(bench, [wrk.line("PATCH", f"/v1/bookings/{booking}", token, json.dumps({"accept_fewer": False}))
                                    for booking, token in wishes]))
    bench.rate("settle_blocked", f"worker: outcomes about a line of {long:,} in which nothing fits", {"rate": statistics.median(rates[long])},
               {"rate": statistics.median(rates[100])}, "a line of 100", least_ratio=0.95)


def workers(bench):
    """1 to 4 workers share 16 shards; commands of 1,000 events."""
    rates = {1: [], 2: [], 4: []}
    for _ in range(bench.rounds_of_drain):
        for count, of in rates.items():
            of.append(drain(bench, books(bench, bench.fresh_events(1000, 1000), bench.commands), count))
    points = [(count, statistics.median(of)) for count, of in rates.items()]
    for count, rate in points[1:]:
        bench.rate(f"workers_{count}", f"{count} workers: outcomes on 1,000 events", {"rate": rate}, {"rate": points[0][1]}, "one worker", least_ratio=1)
    bench.series("workers", "Outcomes a second by number of workers", "workers", "1/s", {"outcomes": points})


def seat_freed(bench):
    """From the holder's DELETE leaving the client to the first SELECT of another session that sees the next person hold it. The bare
    minimum, in turn with it: one XADD to the same Redis, synced as ever, then one COMMIT."""
    stack, count = bench.stack(), bench.samples
    event = bench.fresh_events(1, 1)[0]
    users, tokens = bench.users(), bench.tokens()
    fill(bench, books(bench, [event], count + 1))
    stack.await_empty_queue()
    order = [row[0] for row in stack.sql.rows(f"SELECT user_id FROM bookings WHERE event_id = '{event}' ORDER BY seq")]
    token_of = dict(zip(users, tokens))
    redis = QueueRedis(stack.env["QUEUE_REDIS_URL"])
    taken, bare = [], []
    for holder, following in zip(order, order[1:]):
        held = f"SELECT state FROM bookings WHERE event_id = '{event}' AND user_id = '{following}'"
        start = time.perf_counter()
        status, _, _ = stack.call("DELETE", "/v1/events/booking/cancel", token_of[holder], {"event_id": event})
        if status != 202:
            raise RuntimeError(f"cancel answered {status}")
        while stack.sql.value(held) != "confirmed":
            if time.perf_counter() > start + 10:
                raise RuntimeError("nobody got the freed seat")
        taken.append((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
        start = time.perf_counter()
        redis.command(f"XADD bench * event {event} user {holder}")
        stack.sql.value("SELECT pg_logical_emit_message(true, 'bench', 'seat freed')")
        bare.append((time.perf_counter() - start) * 1000)
        time.sleep(0.01)
    redis.command("DEL bench")
    redis.close()
    # Without the first one, for which the endpoint made its connections: what that takes is cold_start's.
    bench.latency("seat_freed", "seat freed -> next person holds it", taken[1:], bare[1:], "XADD, COMMIT", most_p99_ratio=1.5)


def in_shard_of(bench, event, count):
    """Other events, each with a million seats, in the same shard: it goes by the id's tail."""
    same = [event[:9] + f"{n:04x}" + event[13:] for n in range(0xf000, 0xf000 + count)]
    people.insert_events(bench.stack(), same, bench.users()[0], 1_000_000)
    return same


def outcome_ms(bench, event, token):
    """From a booking's request to its outcome in the event's row, in ms."""
    stack = bench.stack()
    before = stack.sql.value(f"SELECT next_seq FROM events WHERE id = '{event}'")
    start = time.perf_counter()
    stack.call("POST", "/v1/events/book", token, {"event_id": event})
    while stack.sql.value(f"SELECT next_seq FROM events WHERE id = '{event}'") == before:
        time.sleep(0.001)
    return (time.perf_counter() - start) * 1000


def deletion(bench):
    """An event of a million bookings is deleted."""
    event = bench.fresh_events(1, 1_000_000)[0]
    count = min(bench.bookings_of_deletion, 100 * len(bench.users()))
    hold(bench, event, count, 100)
    beside_others(bench, "deletion", f"an event of {count:,} bookings deleted", event, ("DELETE", f"/v1/events/{event}", bench.tokens()[0]),
                  f"SELECT count(*) FROM bulk_changes WHERE event_id = '{event}' AND done_at IS NULL",
                  "until the last of them is cancelled and told")


def promotions(bench):
    """200,000 wait for an event that gets as many more seats."""
    event = bench.fresh_events(1, 1)[0]
    count = bench.bookings_of_deletion // 5
    hold(bench, event, 1 + count, 5, 1)
    change = ("PATCH", f"/v1/events/{event}", bench.tokens()[0], {"number_of_tickets": 1 + count})
    beside_others(bench, "promotions", f"seats for {count:,} who wait", event, change,
                  f"SELECT waiting_list_count FROM events WHERE id = '{event}'", "until the last of them has one and is told")


def beside_others(bench, name, label, event, change, left, until):
    """Carries out a change of very many bookings; meanwhile single bookings of other events in its shard. A million rows in one
    statement would hold all of them up for as long as it takes."""
    stack = bench.stack()
    same = in_shard_of(bench, event, 20)
    before, start, waits = worker_mib(stack), time.perf_counter(), []
    status, _, _ = stack.call(*change)
    if status not in (200, 202):
        raise RuntimeError(f"{change[0]} answered {status}")
    bench.figure(f"{name}_said", f"{label}: the answer", (time.perf_counter() - start) * 1000, "ms")
    while stack.sql.value(left) != "0":
        waits.append(outcome_ms(bench, same[len(waits) % 20], bench.tokens()[-1 - len(waits) % 5_000]))
    bench.figure(f"{name}_done", f"   {until}", time.perf_counter() - start, "s")
    bench.figure(f"{name}_memory", "   what the worker grew by", worker_mib(stack) - before, "MiB", most=16)
    bench.latency(f"{name}_others", "   meanwhile, in its shard: booking to outcome", waits)
    bench.figure(f"{name}_longest", "   the longest of them", max(waits), "ms", most=1_000)


def offers(bench):
    """1,000 offers run out within a second while bookings flow: each seat is to be held by the next person soon after, and nobody
    who books is to feel it."""
    stack, count = bench.stack(), 1_000
    event, other = bench.fresh_events(1, count)[0], bench.fresh_events(1, 1_000_000)[0]
    hold(bench, event, 2 * count, 1, count)
    flow = bench.out / "requests.flow"
    flow.write_text("".join(books(bench, [other], bench.commands)))
    quiet = wrk.run(stack.port, flow, bench.seconds, 8)
    due = time.time() + 3
    stack.sql.rows(f"UPDATE events SET edition = 3, offer_minutes = 60 WHERE id = '{event}'")
    stack.sql.rows(f"""UPDATE bookings SET held_until = to_timestamp({due}) + seq * interval '1 ms'
      WHERE event_id = '{event}' AND state = 'confirmed'""")
    beside = wrk.run(stack.port, flow, bench.seconds + 5, 8)
    stack.await_empty_queue()
    # Whoever's offer runs out first is followed by the first of the line.
    taken = [float(row[0]) for row in stack.sql.rows(f"""
      SELECT extract(epoch FROM pg_xact_commit_timestamp(xmin)) - {due} - (seq - {count}) / 1000.0 FROM bookings
      WHERE event_id = '{event}' AND promoted_at IS NOT NULL ORDER BY seq""")]
    if len(taken) != count:
        raise RuntimeError(f"{len(taken)} of {count} seats were handed on")
    bench.figure("offers_late", f"{count:,} offers run out: the last seat is held by the next person", max(taken), "s", most=2)
    bench.figure("offers_p99", "   meanwhile: a booking, p99", beside["p99"], "ms", bare=quiet["p99"], bare_label="before", most_ratio=3)


def worker_mib(stack):
    text = open(f"/proc/{stack.pid(stack.workers[0])}/status").read()
    return int(re.search(r"^VmHWM:\s+(\d+)", text, re.M)[1]) / 1024


def starving(bench):
    """One event is booked as fast as it goes; meanwhile single bookings of others, in its shard and in other shards."""
    stack = bench.stack()
    hot, *others = bench.fresh_events(21, 1_000_000)
    same = in_shard_of(bench, hot, 20)
    flood = bench.out / "requests.flood"
    flood.write_text("".join(books(bench, [hot], bench.commands)))
    load = threading.Thread(target=lambda: wrk.run(stack.port, flood, bench.samples // 20 + 2, 32))
    load.start()
    time.sleep(1)
    waits = {"same": [], "other": []}
    while load.is_alive():
        for kind, events in (("same", same), ("other", others)):
            waits[kind].append(outcome_ms(bench, events[len(waits[kind]) % 20], bench.tokens()[-1 - len(waits[kind])]))
    load.join()
    stack.await_empty_queue()
    bench.latency("starving_same", "booking to outcome beside a flooded event, in its shard", waits["same"])
    bench.latency("starving_other", "booking to outcome beside a flooded event, in other shards", waits["other"])
