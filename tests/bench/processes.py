"""A handler as a process: how soon it answers after exec, what it keeps in memory, and that it leaves when idle."""
import json
import re
import time

import fastcgi


def requests_of(bench):
    event = bench.fresh_events(1, 1_000_000)[0]
    token = bench.tokens()[0]
    return {"events-book": fastcgi.request("POST", "/v1/events/book", token, json.dumps({"event_id": event})),
            "events-status": fastcgi.request("GET", f"/v1/events/status/{event}", token, PATH_EVENT_ID=event),
            "livez": fastcgi.request("GET", "/livez")}


def cold_start(bench):
    for name, data in requests_of(bench).items():
        taken = []
        for _ in range(bench.samples // 10):
            start = time.perf_counter()
            handler = fastcgi.Handler(bench.stack(), name)
            status = handler.ask(data)
            taken.append((time.perf_counter() - start) * 1000)
            handler.end()
            if status not in (200, 202):
                raise RuntimeError(f"{name} answered {status}")
        bench.latency(f"cold_{name}", f"cold start of {name}: exec to first reply", taken)


REST_S = 5  # without a request for so long, a handler gives back what memory it can


# PSS: libraries' pages are in memory once, and their users share the cost. RSS would count 11 MiB of them for each.
def memory(bench):
    stack = bench.stack()
    time.sleep(REST_S + 1)
    sizes = {}
    for directory in sorted((stack.run_dir / "service").iterdir()):
        if directory.name in ("nginx", "postgres", "redis-queue", "redis-cache", *stack.workers):
            continue
        text = open(f"/proc/{stack.pid(directory.name)}/smaps_rollup").read()
        sizes[directory.name] = int(re.search(r"^Pss:\s+(\d+)", text, re.M)[1]) / 1024
    largest = max(sizes, key=sizes.get)
    bench.figure("memory_most", f"memory of the largest idle handler ({largest}), PSS", sizes[largest], "MiB", most=12)
    bench.figure("memory_all", f"memory of all {len(sizes)} idle handlers together, PSS", sum(sizes.values()), "MiB")


def idle_exit(bench):
    handler = fastcgi.Handler(bench.stack(), "events-status", settings={"TICKETD_IDLE_EXIT_S": "1"})
    handler.ask(requests_of(bench)["events-status"])
    status = handler.process.wait(timeout=10)
    handler.end()
    bench.figure("idle_exit", "handler after its idle time: exit status", status, "", most=0)
