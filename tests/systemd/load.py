#!/usr/bin/env python3
"""load.py URL RATE: reads, books and cancels at RATE requests a second until SIGTERM, then waits for the outcome of all that
was accepted. Prints one JSON object. Failed is every request that got no answer, or another one than it had to. Each request
has a connection of its own: a client that keeps one open must expect to see it closed (RFC 9112, section 9.5)."""
import http.client
import json
import signal
import sys
import threading
import time
import urllib.parse

PEOPLE, EVENTS, THREADS = 12, 4, 24
url = urllib.parse.urlsplit(sys.argv[1])
rate = float(sys.argv[2])
stop = threading.Event()
lock = threading.Lock()
counts = {"requests": 0, "failed": 0, "accepted": 0, "without_outcome": 0, "slowest_ms": 0}
failures, accepted, latencies = [], [], []


def call(method, path, token=None, body=None):
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=30)
    headers = {"Connection": "close"}
    if token:
        headers["Authorization"] = "Bearer " + token
    if body is not None:
        headers["Content-Type"] = "application/json"
        body = json.dumps(body)
    try:
        connection.request(method, path, body, headers)
        reply = connection.getresponse()
        return reply.status, json.loads(reply.read())
    finally:
        connection.close()


def timed(expected, method, path, token, body=None):
    start = time.monotonic()
    try:
        status, data = call(method, path, token, body)
        problem = "" if status == expected else f"{status} {data.get('code')}"
    except (OSError, http.client.HTTPException, ValueError) as error:
        data, problem = None, repr(error)
    ms = (time.monotonic() - start) * 1000
    with lock:
        counts["requests"] += 1
        latencies.append(ms)
        if problem:
            counts["failed"] += 1
            failures.append((start, start + ms / 1000, f"{method} {path}: {problem} after {ms:.0f} ms"))
    return None if problem else data


def note(person, reply):
    if reply:
        with lock:
            accepted.append((person, reply["data"]["request"]["id"]))


def one_client(number, tokens, events):
    next_at = time.monotonic() + number / rate
    turn = number
    while not stop.is_set():
        time.sleep(max(0, next_at - time.monotonic()))
        next_at = max(next_at + THREADS / rate, time.monotonic() - 1)  # what was late is made up for, within a second
        person, event = turn % PEOPLE, events[turn // PEOPLE % EVENTS]
        token = tokens[person]
        kind = turn % 7
        turn += 1 + number % 2
        if kind in (0, 2, 4):
            note(person, timed(202, "POST", "/v1/events/book", token, {"event_id": event}))
        elif kind == 6:
            note(person, timed(202, "DELETE", "/v1/events/booking/cancel", token, {"event_id": event}))
        elif kind == 1:
            timed(200, "GET", "/v1/events/status/" + event, token)
        elif kind == 3:
            timed(200, "GET", "/v1/events/discover", token)
        else:
            timed(200, "GET", "/v1/bookings", token)


PASSWORD = "correct horse"


def people():
    emails, tokens = [], []
    for number in range(PEOPLE):
        emails.append(f"load-{time.time_ns()}-{number}@example.com")
        status, reply = call("POST", "/v1/auth/register", None, {
            "name": "Load", "email": emails[-1], "password": PASSWORD})
        assert status == 201, reply
        tokens.append(reply["data"]["tokens"]["access_token"])
    return emails, tokens


# One after the other signs in anew: with whatever key signs by now, for endpoints of whatever age. It counts for nothing
# if it is refused: hashing takes a core, which the load may not leave within two seconds.
def renew(emails, tokens):
    turn = 0
    while not stop.wait(0.5):
        try:
            sign_in(emails, tokens, turn)
        except (OSError, http.client.HTTPException, ValueError):
            continue
        turn = (turn + 1) % PEOPLE


def sign_in(emails, tokens, person):
    status, reply = call("POST", "/v1/auth/login", None, {"email": emails[person], "password": PASSWORD})
    if status == 200:
        tokens[person] = reply["data"]["tokens"]["access_token"]


def make_event(token):
    status, reply = call("POST", "/v1/events/initialize", token, {
        "title": "Load", "description": "-", "location": "-", "start_date_time": "2032-05-01T18:00:00Z",
        "end_date_time": "2032-05-01T21:00:00Z", "number_of_tickets": 500, "max_per_user": 100})
    assert status == 201, reply
    return reply["data"]["id"]


# The token that a request was made with may have ended: an upgrade on a busy host takes longer than one lasts.
def has_outcome(emails, tokens, person, request_id):
    for _ in range(100):
        status, reply = call("GET", "/v1/requests/" + request_id, tokens[person])
        if status == 401:
            sign_in(emails, tokens, person)
        if status == 200 and reply["data"]["state"] != "queued":
            return reply["data"]["state"] == "done"
        time.sleep(0.1)
    return False


# What failed within two seconds of each other is one outage.
def outages(start):
    found = []
    for begin, end, what in sorted(failures):
        if found and begin - found[-1]["end"] < 2:
            found[-1]["end"] = max(found[-1]["end"], end)
            found[-1]["failed"] += 1
        else:
            found.append({"begin": begin, "end": end, "failed": 1, "first": what})
    return [{**one, "begin": round(one["begin"] - start, 1), "end": round(one["end"] - start, 1)} for one in found]


def main():
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    emails, tokens = people()
    events = [make_event(tokens[0]) for _ in range(EVENTS)]
    threads = [threading.Thread(target=one_client, args=(n, tokens, events)) for n in range(THREADS)]
    threads.append(threading.Thread(target=renew, args=(emails, tokens)))
    start = time.monotonic()
    for thread in threads:
        thread.start()
    print("running", file=sys.stderr, flush=True)
    signal.sigwait([signal.SIGTERM])
    stop.set()
    for thread in threads:
        thread.join()
    seconds = time.monotonic() - start
    counts["accepted"] = len(accepted)
    counts["without_outcome"] = sum(not has_outcome(emails, tokens, *one) for one in accepted)
    latencies.sort()
    counts.update(per_second=round(counts["requests"] / seconds), p50_ms=round(latencies[len(latencies) // 2]),
                  p99_ms=round(latencies[len(latencies) * 99 // 100]), slowest_ms=round(latencies[-1]),
                  failures=[what for _, _, what in failures[:5]], outages=outages(start))
    print(json.dumps(counts))


main()
