"""Instructions and system calls per request, counted by callgrind and strace: the same on a busy machine as on an idle one."""
import collections
import json
import re
import subprocess

import fastcgi
import people

REQUESTS = 50
WARM_UP = 10

ONE_THREAD = {"TICKETD_THREADS": "1", "TICKETD_BOOKING_THREADS": "1"}


def count(stack, out, name, requests):
    """(instructions per request, [(per request, function)] inclusive, the same by self)."""
    file = out / f"callgrind.{name}"
    handler = fastcgi.Handler(stack, name, ["valgrind", "-q", "--tool=callgrind", "--instr-atstart=no",
                                            f"--callgrind-out-file={file}"], ONE_THREAD)
    try:
        for data in requests[:WARM_UP]:
            handler.ask(data)
        switch(handler, "on")
        statuses = {handler.ask(data) for data in requests[WARM_UP:]}
        switch(handler, "off")
    finally:
        handler.end()
    if statuses - {200, 202}:
        raise RuntimeError(f"{name} answered {statuses}")
    measured = len(requests) - WARM_UP
    return total(file) / measured, functions(file, measured, True), functions(file, measured, False)


def system_calls(stack, out, name, requests):
    """[(per request, name)], the most frequent first."""
    file = out / f"strace.{name}"
    handler = fastcgi.Handler(stack, name, ["strace", "-D", "-f", "-qq", "-o", file], ONE_THREAD)
    try:
        for data in requests[:WARM_UP]:
            handler.ask(data)
        before = file.stat().st_size
        for data in requests[WARM_UP:]:
            handler.ask(data)
        handler.ask(requests[0])  # the last of the others has been written by now
        text = file.read_text()[before:]
    finally:
        handler.end()
    calls = collections.Counter(re.findall(r"^\d+ +(\w+)\(", text, re.M))
    return [(n / (len(requests) - WARM_UP + 1), call) for call, n in calls.most_common()]


def switch(handler, word):
    subprocess.run(["callgrind_control", "-i", word, str(handler.process.pid)], check=True, stdout=subprocess.DEVNULL)


def annotated(file, inclusive):
    return subprocess.run(["callgrind_annotate", "--auto=no", "--threshold=99.9",
                           f"--inclusive={'yes' if inclusive else 'no'}", file],
                          check=True, capture_output=True, text=True).stdout


def total(file):
    return int(re.search(r"([\d,]+) \(100.0%\)\s+PROGRAM TOTALS", annotated(file, False))[1].replace(",", ""))


def functions(file, measured, inclusive):
    found = re.findall(r"^\s*([\d,]+) \([^)]*\)\s+[^:\n]*:(.*)$", annotated(file, inclusive), re.M)
    return [(int(n.replace(",", "")) / measured, tidy(name)) for n, name in found]


def tidy(name):
    """Without the paths, and without what the compiler spells out of the standard library."""
    name = re.sub(r" \[[^\[]*/([^/\]]+)\]$", r"  [\1]", name)
    name = name.replace("std::__cxx11::", "std::").replace("std::char_traits<char>, std::allocator<char> ", "")
    name = name.replace("basic_string<char, >", "string").replace("(below main)", "main")
    return name[:150]


def run(bench):
    stack = bench.stack()
    users = people.ids("people", REQUESTS + WARM_UP)
    event = bench.fresh_events(1, 1_000_000)[0]
    tokens = people.tokens(stack, users)
    cases = {
        "book": ("events-book", [fastcgi.request("POST", "/v1/events/book", t, json.dumps({"event_id": event}))
                                 for t in tokens]),
        "status": ("events-status", [fastcgi.request("GET", f"/v1/events/status/{event}", t, PATH_EVENT_ID=event)
                                     for t in tokens]),
    }
    for case, (handler, requests) in cases.items():
        per_request, inclusive, own = count(stack, bench.out, handler, requests)
        bench.figure(f"instructions_{case}", f"{case}: instructions per request in the handler", per_request, "")
        calls = system_calls(stack, bench.out, handler, requests)
        all_calls = sum(n for n, _ in calls)
        bench.figure(f"system_calls_{case}", f"{case}: system calls per request in the handler", all_calls, "")
        lines = [f"{case}: {per_request:,.0f} instructions, {all_calls:.1f} system calls per request", "",
                 "system calls: " + ", ".join(f"{call} {n:.1f}" for n, call in calls if n > 0.05)]
        for title, rows in (("inclusive", inclusive), ("self", own)):
            lines += ["", title] + [f"{n:>10,.0f}  {100 * n / per_request:5.1f} %  {name}" for n, name in rows[:45]]
        (bench.out / f"instructions-{case}.txt").write_text("\n".join(lines) + "\n")
