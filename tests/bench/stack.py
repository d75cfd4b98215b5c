"""A stack of the benchmark's own: started, stopped, asked by SQL and by HTTP."""
import http.client
import json
import os
import pathlib
import re
import shlex
import shutil
import socket
import subprocess
import time
import urllib.parse
import urllib.request

END = "end-of-answer"

# Everything is counted, as a host in use does it, and nobody comes to the end of it; but nginx's own limit by address is off,
# for all the load has one.
LIMITS = {"TICKETD_COARSE_LIMIT": "off", **{f"TICKETD_RATE_LIMIT_{each}": "1000000/600" for each in ("AUTH", "BOOKING", "READS")}}


class Sql:
    """One session of psql that stays open, so that a question costs a round trip and not a start."""

    def __init__(self, url):
        self.process = subprocess.Popen(
            ["psql", "-XqAt", "-F", "\t", "-v", "ON_ERROR_STOP=1", url],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    def rows(self, statement):
        self.process.stdin.write(f"{statement};\nSELECT '{END}';\n")
        self.process.stdin.flush()
        rows = []
        for line in self.process.stdout:
            if line.rstrip("\n") == END:
                return rows
            rows.append(line.rstrip("\n").split("\t"))
        raise RuntimeError("psql: " + " ".join(rows[-1] if rows else ["ended"]) + f" ({statement[:200]})")

    def value(self, statement):
        return self.rows(statement)[0][0]

    def await_value(self, statement, expected, seconds=10):
        end = time.monotonic() + seconds
        while (value := self.value(statement)) != expected:
            if time.monotonic() > end:
                raise RuntimeError(f"{value} instead of {expected} after {seconds} s: {statement}")
            time.sleep(0.01)

    def close(self):
        self.process.stdin.close()
        self.process.wait()


class QueueRedis:
    """One connection to the queue's Redis that stays open; commands go in Redis's inline form."""

    def __init__(self, url):
        at = urllib.parse.urlsplit(url)
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(at.path)
        self.answers = self.socket.makefile("rb")
        self.command(f"AUTH {at.username} {at.password}")

    def command(self, text):
        self.socket.sendall(text.encode() + b"\r\n")
        line = self.answers.readline()
        if line[:1] == b"$":
            return self.answers.read(int(line[1:]) + 2)
        if line[:1] == b"-":
            raise RuntimeError(f"Redis: {line.decode().strip()}")
        return line

    def close(self):
        self.answers.close()
        self.socket.close()


class Stack:
    def __init__(self, root, run_dir, port, workers=1, settings=None):
        self.root, self.run_dir, self.port = pathlib.Path(root), pathlib.Path(run_dir), port
        self.base_url = f"http://127.0.0.1:{port}"
        self.settings = {**LIMITS, **(settings or {})}
        self.environment = {**os.environ, "RUN_DIR": str(self.run_dir), "PORT": str(port), "WORKERS": str(workers), "STORES": "sockets",
                            "BIN_DIR": str(self.root / "build/bin"), **self.settings}
        self.workers = [f"worker-{n}" for n in range(1, workers + 1)]
        self.env, self.sql = {}, None

    def command(self, word):
        done = subprocess.run([self.root / "systemd/local/stack", word], env=self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        if done.returncode != 0:
            raise RuntimeError(f"stack {word} failed:\n{done.stdout}")

    def start(self):
        self.command("start")
        for line in (self.run_dir / "env").read_text().splitlines():
            name, value = line.split("=", 1)
            self.env[name] = "".join(shlex.split(value))
        self.sql = Sql(self.env["ADMIN_DATABASE_URL"])
        return self

    def stop(self):
        if self.sql:
            self.sql.close()
            self.sql = None
        self.command("stop")

    def service(self, word, *names):
        """runit's word (down, up, restart) to processes of the stack; returns when it is done."""
        for name in names:
            subprocess.run(["sv", "-w", "30", "force-stop" if word == "down" else word, self.run_dir / "service" / name],
                           check=True, stdout=subprocess.DEVNULL)

    def keep_commit_times(self):
        """PostgreSQL remembers when each transaction was committed: that is what outcomes are measured by."""
        if self.sql.value("SHOW track_commit_timestamp") == "on":
            return
        self.sql.rows("ALTER SYSTEM SET track_commit_timestamp = on")
        self.sql.close()
        self.service("restart", "postgres")
        self.await_sql()

    def await_sql(self):
        while subprocess.run(["pg_isready", "-q", "-d", self.env["ADMIN_DATABASE_URL"]]).returncode != 0:
            time.sleep(0.05)
        self.sql = Sql(self.env["ADMIN_DATABASE_URL"])

    def base_backup(self, directory):
        """PostgreSQL's data, page by page, while it runs."""
        subprocess.run(["pg_basebackup", "-d", self.env["ADMIN_DATABASE_URL"], "-D", directory, "-c", "fast"], check=True)

    def ctl(self, *words):
        return subprocess.run([self.root / "build/bin/ticketctl", *words], env={**self.environment, **self.env}, text=True,
                              capture_output=True)

    def await_empty_queue(self, seconds=120):
        end = time.time() + seconds
        while json.loads(self.ctl("queue", "--json").stdout)["depth"] > 0:
            if time.time() > end:
                raise RuntimeError(f"the queue was not empty after {seconds} s")
            time.sleep(0.2)  # each look starts a process, which must not take the processor from what is measured

    def forget_turns(self):
        """A worker that starts would give new events their place in discover first. Releases of before know no turns."""
        if self.sql.value("SELECT to_regclass('turns_due') IS NOT NULL") == "t":
            self.sql.rows("DELETE FROM turns_due")

    def queue_redis(self, *words):
        return self.redis("QUEUE", *words)

    def redis(self, which, *words):
        """The answer of that Redis, QUEUE or CACHE, to a command, as text."""
        url = urllib.parse.urlsplit(self.env[f"{which}_REDIS_URL"])
        return subprocess.run(["redis-cli", "-s", url.path, "--user", url.username, "--no-auth-warning", *words], check=True, text=True,
                              stdout=subprocess.PIPE, env={**os.environ, "REDISCLI_AUTH": url.password}).stdout

    def empty_queue(self):
        """Forgets what is queued; while no worker runs."""
        self.queue_redis("FLUSHDB")

    def queue_us_per_call(self, command):
        """Microseconds that the queue's Redis took for a command, by a pattern of its name, since it was started or `CONFIG RESETSTAT`."""
        return float(re.search(rf"cmdstat_{command}:.*usec_per_call=([\d.]+)", self.queue_redis("INFO", "commandstats"))[1])

    def processor_us(self, name):
        """Processor time of a process of the stack, and of its children, so far."""
        pid = self.pid(name)
        children = (pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split())
        tick_us = 1e6 / os.sysconf("SC_CLK_TCK")
        fields = [pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(") ")[2].split() for each in (pid, *children)]
        return sum(int(each[11]) + int(each[12]) for each in fields) * tick_us

    def pid(self, name):
        return int((self.run_dir / "pids" / name).read_text())

    def sockets(self):
        return (self.run_dir / "sock").resolve()

    def reply_size(self, method, path, token, body=None):
        """(bytes of the headers that a handler sent, bytes of its body), for a stand-in whose reply is as long."""
        status, headers, parsed = self.call(method, path, token, body)
        own = ("Location", "ETag", "Cache-Control", "RateLimit", "RateLimit-Policy")
        return (sum(len(name) + len(headers[name]) + 4 for name in own if name in headers),
                len(json.dumps(parsed, separators=(",", ":"), ensure_ascii=False).encode()))

    def body(self, method, path):
        """The body of a request without a token, as it comes."""
        with urllib.request.urlopen(urllib.request.Request(self.base_url + path, method=method), timeout=30) as reply:
            return reply.read()

    def call(self, method, path, token=None, body=None):
        """(status, headers, parsed body) of one request on a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if body is not None:
            headers["Content-Type"] = "application/json"
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        reply = connection.getresponse()
        text = reply.read()
        connection.close()
        return reply.status, dict(reply.getheaders()), json.loads(text) if text else None


def fresh(root, run_dir, port, **options):
    """A stack that begins with nothing, whatever an earlier one left."""
    made = Stack(root, run_dir, port, **options)
    made.command("stop")
    shutil.rmtree(run_dir, ignore_errors=True)
    return made.start()
