"""The two releases, and a stack that runs any mix of their programs, on the schema of either."""
import functools
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.append(str(ROOT / "tests/bench"))
import stack as bench  # noqa: E402


class Release:
    def __init__(self, name, tree, programs):
        self.name, self.programs, self.migrations = name, programs, tree / "migrations"

    def has(self, program):
        return (self.programs / program).exists()

    def __repr__(self):
        return self.name


PINNED = [line for line in (ROOT / "tests/upgrade/previous").read_text().splitlines() if not line.startswith("#")]
TREE = ROOT / "build/previous" / PINNED[0]
NEW = Release("this release", ROOT, ROOT / os.environ.get("BUILD", "build") / "bin")
OLD = Release("the previous release", TREE, TREE / "build/bin")  # made by tests/upgrade/build
RUN_DIR = NEW.programs.with_name("upgrade-run")
WORKERS = ("worker-1", "worker-2")
SHARDS = 16


def handlers():
    """Those that there are of both."""
    names = [source.stem.replace("_", "-") for source in (ROOT / "handlers").glob("*.cc")]
    return [name for name in sorted(names) if OLD.has(name)]


def other(release):
    return OLD if release is NEW else NEW


def await_true(condition, seconds, what):
    """Looks until it is so, and gives what the condition gave."""
    end = time.monotonic() + seconds
    while not (found := condition()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(0.02)
    return found


class Stack(bench.Stack):
    """Begins as the previous release: its programs, where it has them, on its schema."""

    def __init__(self):
        port = int(os.environ["TEST_PORT"])
        super().__init__(ROOT, RUN_DIR, port, workers=len(WORKERS), settings={
            "TICKETD_MIGRATIONS_DIR": str(OLD.migrations), "TICKETD_SHARDS": str(SHARDS), "TICKETD_PENDING_PER_USER": "1000"})
        self.mix = RUN_DIR.with_name("upgrade-bin")  # links to the programs of both
        self.environment["BIN_DIR"] = str(self.mix)
        self.command("stop")
        for left in (RUN_DIR, self.mix):
            shutil.rmtree(left, ignore_errors=True)
        self.mix.mkdir(parents=True)
        for program in NEW.programs.iterdir():
            old = OLD.has(program.name) and program.name != "ticketctl"  # which makes the stack, as that of this release does
            (self.mix / program.name).symlink_to((OLD if old else NEW).programs / program.name)
        self.start()
        self.let_old_users_do_more()

    def run(self, release, *processes):
        """These processes become that release's, those that are not yet; the requests under way are answered by the old ones."""
        changed = [each for each in processes if not self.is_of(release, each)]
        for process in changed:
            program = self.program_of(process)
            link = self.mix / (program + ".new")
            link.symlink_to(release.programs / program)
            link.rename(self.mix / program)
        self.sv("restart", *changed)
        for process in changed:
            await_true(lambda process=process: self.is_of(release, process), 10, f"{process} is {release}'s")

    # As systemd/setup/upgrade has it until the last process of the previous release has ended, which sends its scripts.
    def let_old_users_do_more(self):
        for user in ("api", "worker"):
            self.redis("QUEUE", "ACL", "SETUSER", user, "+eval", "+evalsha")
        self.redis("CACHE", "ACL", "SETUSER", "api", "+eval", "+evalsha")

    def sv(self, word, *processes):
        if processes:
            subprocess.run(["sv", "-w", "30", word, *(self.run_dir / "service" / each for each in processes)], check=True,
                           stdout=subprocess.DEVNULL)

    @staticmethod
    def program_of(process):
        return "ticketd-worker" if process in WORKERS else process

    def is_of(self, release, process):
        try:
            return os.readlink(f"/proc/{self.pid(process)}/exe") == str((release.programs / self.program_of(process)).resolve())
        except (FileNotFoundError, ValueError):
            return False  # between two processes

    def ctl(self, *words, release=NEW):
        return subprocess.run([release.programs / "ticketctl", *words], text=True, capture_output=True, check=False,
                              env={**self.environment, **self.env, "TICKETD_MIGRATIONS_DIR": str(release.migrations)})

    def migrate(self):
        done = self.ctl("migrate")
        assert done.returncode == 0, done.stdout + done.stderr

    def dead_letters(self):
        return json.loads(self.ctl("dead", "list", "--json").stdout)["dead_letters"]

    def entries(self, shard, first="-", last="+"):
        """[(stream id, {field: value})] of a shard's stream."""
        found = json.loads(self.queue_redis("--json", "XRANGE", stream_of(shard), first, last))
        return [(entry, dict(zip(fields[::2], fields[1::2]))) for entry, fields in found]

    def add_entry(self, shard, fields):
        words = [word for pair in fields.items() for word in pair]
        return json.loads(self.queue_redis("--json", "XADD", stream_of(shard), "*", *words))

    def remove_entry(self, shard, entry):
        self.queue_redis("XDEL", stream_of(shard), entry)

    def log_lines(self, event, *processes):
        """The lines of that event that they logged so far."""
        for process in processes:
            for line in (self.run_dir / "log" / f"{process}.log").read_text(errors="replace").splitlines():
                if f'"event":"{event}"' in line:
                    yield json.loads(line)


def stream_of(shard):
    return f"ticketd:commands:{{{shard}}}"


@functools.cache
def stack():
    return Stack()
