"""receiver.js, which takes webhooks, as Python sees it."""
import json
import os
import subprocess
import threading

from local_stack import ROOT, await_true


class Receiver:
    """receiver.js, and what it has said."""

    def __init__(self, port, *within):
        self.came, self.changed, self.answers = [], threading.Condition(), set()
        self.process = subprocess.Popen([*within, "node", ROOT / "tests/webhooks/receiver.js", str(port)], text=True, bufsize=1,
                                        env={**os.environ, "NODE_PATH": str(ROOT / "build/npm/tests/node_modules")},
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert self.process.stdout.readline() == '{"listening": true}\n', "the receiver does not listen"
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        for line in self.process.stdout:
            said = json.loads(line)
            with self.changed:
                self.answers.add(said["set"]) if "set" in said else self.came.append(said)
                self.changed.notify_all()

    def tell(self, path, **how):
        """secrets, mood: what is done from now on with what comes to that path."""
        self.answers.discard(path)
        self.process.stdin.write(json.dumps({"path": path, **how}) + "\n")
        await_true(lambda: path in self.answers, "the receiver has heard")

    def of(self, path):
        return [post for post in self.came if post["path"] == path]

    def await_posts(self, path, count=1, seconds=20):
        """The posts to that path, of which there are so many by now."""
        with self.changed:
            enough = self.changed.wait_for(lambda: len(self.of(path)) >= count, seconds)
        assert enough, f"{len(self.of(path))} and not {count} within {seconds} s at {path}"
        return self.of(path)

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)
