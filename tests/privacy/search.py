"""Looks for words in all that ticketd's stores and logs hold."""
import collections
import itertools
import re
import subprocess
import uuid

import redis_text
import stack
from stack import LOCAL, await_true

REDIS = {"queue": "QUEUE_REDIS_URL", "cache": "CACHE_REDIS_URL"}
Hit = collections.namedtuple("Hit", "kind place text")


def database():
    """Each table of a dump, and what stands before the first."""
    dump = subprocess.run([LOCAL.settings("conf/stack")["PG_BIN"] + "/pg_dump", LOCAL.settings()["ADMIN_DATABASE_URL"]], check=True,
                          stdout=subprocess.PIPE).stdout
    for part in re.split(rb"(?m)^(?=COPY )", dump):
        yield "database", part.split(b" (")[0].decode()[:60] if part.startswith(b"COPY") else "schema", part


def both_redis():
    for name, url in REDIS.items():
        for key, value in redis_text.keys_of(LOCAL.settings()[url]):
            yield "redis", f"{name}: {key.decode(errors='replace')}", key + b"\n" + value


def logs():
    """Once nginx, who writes its log some time later, has written down what was asked until now."""
    last = uuid.uuid4().hex
    LOCAL.ask("GET", "/v1/last-" + last)
    await_true(lambda: last in LOCAL.log("nginx-access"), "the access log is written")
    for path in sorted(path for path in (LOCAL.run_dir / "log").iterdir() if path.is_file()):
        yield "log", path.name, path.read_bytes()


def operator():
    """What ticketctl shows to who asks it about people."""
    for words in (("user", "list"), ("mail", "list", "waiting"), ("mail", "list", "failed"), ("webhooks", "list"), ("dead", "list"),
                  ("queue",), ("verify",), ("privacy", "report")):
        yield "ticketctl", " ".join(words), stack.ctl(*words)[1].encode()


class Found:
    """Where there are any of `words`, whatever their letters' case; prints what was searched, and where they are."""

    def __init__(self, words, when):
        pattern = re.compile(b"|".join(re.escape(word.encode()) for word in words), re.IGNORECASE)
        places, size, self.hits = collections.Counter(), collections.Counter(), []
        for kind, place, held in itertools.chain(database(), both_redis(), logs(), operator()):
            places[kind] += 1
            size[kind] += len(held)
            for hit in pattern.finditer(held):
                text = held[max(0, hit.start() - 40):hit.end() + 40]
                self.hits.append(Hit(kind, place, text.decode(errors="replace").replace("\n", " ")))
        searched = ", ".join(f"{kind}: {places[kind]} places, {size[kind]} bytes" for kind in places)
        print(f"{when}: {len(self.hits)} hits in {searched}", flush=True)
        for (kind, place), count in collections.Counter((hit.kind, hit.place) for hit in self.hits).items():
            text = next(hit.text for hit in self.hits if (hit.kind, hit.place) == (kind, place))
            print(f"  {kind} {place}: {count}, the first in {text!r}", flush=True)

    def of(self, kind):
        return [hit for hit in self.hits if hit.kind == kind]
