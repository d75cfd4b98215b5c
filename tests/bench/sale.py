"""The flash sale: everybody presses "book" for one event at once, over HTTP."""
import collections
import json

import cases_worker

BUCKET_S = 0.1


def percentile(values, share):
    values = sorted(values)
    return values[min(len(values) - 1, int(len(values) * share))]


def broken_rules(stack):
    """How often each rule is broken: other cases write rows by hand, and break some."""
    return collections.Counter({rule["rule"]: rule["count"] for rule in json.loads(stack.ctl("verify", "--json").stdout)["broken"]})


def flash_sale(bench):
    stack, crowd, seats = bench.stack(), bench.crowd, bench.crowd // 10
    broken_before = broken_rules(stack)
    event = bench.fresh_events(1, seats)[0]
    answers = cases_worker.fill(bench, cases_worker.books(bench, [event], crowd))
    stack.await_empty_queue()
    committed = {row[0]: float(row[1]) for row in stack.sql.rows(
        f"SELECT id, extract(epoch FROM pg_xact_commit_timestamp(xmin)) FROM commands WHERE event_id = '{event}'")}
    opened, last_202 = min(a[0] for a in answers), max(a[1] for a in answers)
    bench.latency("sale_202", f"flash sale, {crowd:,} people: pressed to 202", [(a[1] - a[0]) * 1000 for a in answers])
    bench.latency("sale_outcome", "flash sale: pressed to outcome committed",
                  [(committed[a[3]] - a[0]) * 1000 for a in answers])
    bench.figure("sale_accept_all", "flash sale: time to accept all", last_202 - opened, "s")
    bench.figure("sale_last_outcome", "flash sale: last 202 -> last outcome committed", max(committed.values()) - last_202, "s",
                 most=1.0)
    confirmed = int(stack.sql.value(f"SELECT count(*) FROM bookings WHERE event_id = '{event}' AND state = 'confirmed'"))
    bench.figure("sale_confirmed", f"flash sale: confirmed, of {seats:,} seats", confirmed, "", least=seats, most=seats)
    bench.figure("sale_verify", "flash sale: what ticketctl verify finds, and had not found before",
                 sum((broken_rules(stack) - broken_before).values()), "", most=0)
    bench.series("sale", "Flash sale: latency over time", "s since the sale opened", "ms", {
        "202, p50": over_time(answers, opened, 0.5, lambda a: a[1]), "202, p99": over_time(answers, opened, 0.99, lambda a: a[1]),
        "outcome, p50": over_time(answers, opened, 0.5, lambda a: committed[a[3]]),
        "outcome, p99": over_time(answers, opened, 0.99, lambda a: committed[a[3]])})


def over_time(answers, opened, share, end_of):
    buckets = {}
    for answer in answers:
        buckets.setdefault(int((answer[0] - opened) / BUCKET_S), []).append((end_of(answer) - answer[0]) * 1000)
    return [(n * BUCKET_S, percentile(values, share)) for n, values in sorted(buckets.items())]
