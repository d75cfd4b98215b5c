"""What a case works with: a stack, people with tokens, the bare minimums, and where its figures go."""
import contextlib
import itertools
import pathlib
import random
import statistics

import bare
import people
import sale
import stack

HERE = pathlib.Path(__file__).parent


class Bench:
    def __init__(self, home, root, out, port, quick, rounds):
        self.programs, self.root, self.out, self.port = home / "build/bench/bin", root, out, port
        self.quick, self.rounds = quick, rounds
        self.rounds_of_drain = rounds
        self.seconds = 1 if quick else 4           # of one run of wrk
        self.commands = 4_000 if quick else 20_000  # that a drain works off
        self.samples = 40 if quick else 200         # of a latency that is measured one by one
        self.bookings_of_deletion = 50_000 if quick else 1_000_000
        self.bookings_of_soak = 20_000 if quick else 500_000
        self.crowd = 5_000 if quick else 50_000
        self.figures, self.plots, self.failed = {}, {}, []
        self._stack = self._bare = self._users = self._tokens = None
        self._numbers = itertools.count(1)
        self.out.mkdir(parents=True, exist_ok=True)

    def number(self):
        return f"{random.getrandbits(64):x}-{next(self._numbers)}"

    def source(self, name):
        return HERE / name

    def stack(self):
        if not self._stack:
            # From nothing: what a run finds must not depend on the one before.
            self._stack = stack.fresh(self.root, self.root / "build/bench-run", self.port, workers=4)
            self._stack.keep_commit_times()
            self._stack.service("down", *self._stack.workers[1:])
            self._users = people.ids("people", self.crowd)
            self._tokens = people.tokens(self._stack, self._users)
            people.insert_people(self._stack, self._users)
        return self._stack

    def bare(self):
        if not self._bare:
            self._bare = bare.Bare(self.stack(), self.programs, self.out / "bare", self.port + 1)
            self._bare.start(self.reply_sizes())
        return self._bare

    def reply_sizes(self):
        event = self.fresh_events(1, 10)[0]
        sizes = {}
        for name, method, path, body in (("bare-xadd", "POST", "/v1/events/book", {"event_id": event}),
                                         ("bare-select", "GET", f"/v1/events/status/{event}", None)):
            sizes[name] = self.stack().reply_size(method, path, self.tokens()[0], body)
        self.stack().await_empty_queue()
        return sizes

    def stop(self):
        if self._bare:
            self._bare.stop()
        if self._stack:
            self._stack.stop()

    def users(self):
        self.stack()
        return self._users

    def tokens(self):
        self.stack()
        return self._tokens

    def fresh_events(self, count, tickets):
        events = people.ids(self.number(), count)
        stamp = f"{random.getrandbits(32):08x}"
        events = [stamp + event[8:] for event in events]
        people.insert_events(self.stack(), events, self.users()[0], tickets)
        return events

    @contextlib.contextmanager
    def workers_down(self):
        self.stack().service("down", self.stack().workers[0])
        try:
            yield
        finally:
            self.stack().service("up", self.stack().workers[0])

    def figure(self, name, label, value, unit, least=None, most=None, bare=None, bare_label="", least_ratio=None,
               most_ratio=None):
        """One more measurement of a figure; the median of all counts. A target is reached at `least` or above, `most` or below."""
        entry = self.figures.setdefault(name, {"label": label, "unit": unit, "values": [], "bare_values": [],
                                               "bare_label": bare_label, "least": least, "most": most,
                                               "least_ratio": least_ratio, "most_ratio": most_ratio})
        entry["values"].append(value)
        if bare is not None:
            entry["bare_values"].append(bare)

    def rate(self, name, label, result, bare=None, bare_label="", least_ratio=None):
        self.figure(name, label, result["rate"], "1/s", bare=bare and bare["rate"], bare_label=bare_label, least_ratio=least_ratio)
        for percentile in ("p50", "p95", "p99"):
            if percentile in result:
                self.figure(f"{name}_{percentile}", f"   {percentile}", result[percentile], "ms", bare=bare and bare[percentile])

    def latency(self, name, label, taken_ms, bare_ms=None, bare_label="", most_p99_ratio=None):
        def bare(of):
            return {"bare": of(bare_ms), "bare_label": bare_label} if bare_ms else {}
        for each, before in ((0.5, label + ":"), (0.99, "  ")):
            self.figure(f"{name}_p{each * 100:.0f}", f"{before} p{each * 100:.0f}", sale.percentile(taken_ms, each), "ms",
                        most_ratio=most_p99_ratio if each == 0.99 else None, **bare(lambda ms, each=each: sale.percentile(ms, each)))
        self.figure(f"{name}_max", "   max", max(taken_ms), "ms", **bare(max))

    def series(self, name, title, x, y, lines):
        self.plots[name] = {"title": title, "x": x, "y": y, "lines": lines}


def summary(entry):
    """(figure, bare minimum or None, ratio or None, reached: True, False or None) of the measurements of a figure."""
    value = statistics.median(entry["values"])
    bare_value = statistics.median(entry["bare_values"]) if entry["bare_values"] else None
    ratio = value / bare_value if bare_value else None
    verdicts = [value >= entry["least"]] if entry["least"] is not None else []
    if entry["most"] is not None:
        verdicts.append(value <= entry["most"])
    if entry["least_ratio"] is not None and ratio is not None:
        verdicts.append(ratio >= entry["least_ratio"])
    if entry["most_ratio"] is not None and ratio is not None:
        verdicts.append(ratio <= entry["most_ratio"])
    return value, bare_value, ratio, all(verdicts) if verdicts else None
