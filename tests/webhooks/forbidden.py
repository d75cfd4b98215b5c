"""Where a webhook does not reach, however its address is written; and that it would, if nobody judged."""
import os
import subprocess
import unittest

import stack
from stack import LOCAL, NETWORKS, Organiser, await_true

# All of them are this host, where the receiver listens. Or would be, if the guard let them.
HERE = ("127.0.0.2", "127.1.2.3", "2130706434", "0x7f000002", "0.0.0.0", "[::1]", "[::ffff:127.0.0.2]", "[::ffff:7f00:2]", "[::]",
        "localhost6")
ELSEWHERE = ("169.254.169.254", "10.0.0.1", "192.168.0.1", "[::ffff:10.0.0.1]", "[fd00:ec2::254]", "[64:ff9b::a00:1]", "[fe80::1]")


def restart(networks):
    """ticketd-webhooks with other networks that may be asked."""
    for file in ("env", "conf/webhooks.env"):
        path = LOCAL.run_dir / file
        lines = [line for line in path.read_text().splitlines() if not line.startswith("TICKETD_WEBHOOK_NETWORKS=")]
        path.write_text("\n".join(lines + ([f"TICKETD_WEBHOOK_NETWORKS='{networks}'"] if file == "env" else [])) + "\n")
    LOCAL.down("webhooks")
    LOCAL.up("webhooks")


class Forbidden(unittest.TestCase):
    def test_this_host_and_its_networks(self):
        organisers = {host: Organiser(host) for host in HERE + ELSEWHERE if host != "localhost6" or knows("localhost6")}
        for host, organiser in organisers.items():
            with self.subTest(host):
                delivery = organiser.await_answer(organiser.test())
                self.assertIn("not on the internet", delivery["error"])
                self.assertEqual([], organiser.receiver.of(organiser.path))
        restart("0.0.0.0/0 ::/0")
        try:
            stack.due_now()
            reached = [organiser.posts(1)[0]["to"] for host, organiser in organisers.items() if host in HERE]
            print(f"without the guard {len(reached)} of {len(reached)} are reached, at {', '.join(sorted(set(reached)))}", flush=True)
        finally:
            restart(NETWORKS)

    def test_a_port_of_another_service(self):
        organiser = Organiser()
        stack.sql(f"UPDATE webhooks SET url = 'http://127.0.0.1:25/' WHERE id = '{organiser.webhook}'")
        self.assertIn("not on the internet", organiser.await_answer(organiser.test())["error"])

    def test_a_proxy_of_the_environment_is_not_asked(self):
        with open(LOCAL.run_dir / "env", "a", encoding="utf-8") as env:
            env.write(f"http_proxy=http://127.0.0.1:{stack.PORT}\nall_proxy=http://127.0.0.1:{stack.PORT}\n")
        restart(NETWORKS)
        organiser = Organiser("10.0.0.1")
        self.assertIn("not on the internet", organiser.await_answer(organiser.test())["error"])

    def test_a_name_that_leads_elsewhere_the_second_time(self):
        """DNS says 127.0.0.1, which may be asked, and then what may not: in a network namespace with a name server."""
        within = namespace()
        if within is None:
            self.skipTest("this user may make no network namespace")
        for second in ("127.0.0.2", "9.9.9.9"):  # the latter is an address of the internet, and of this host in that namespace
            for networks, reached in ((NETWORKS, 1), ("0.0.0.0/0", 2)):
                with self.subTest(second=second, networks=networks):
                    self.rebind(within, networks, reached, second)

    def rebind(self, within, networks, reached, second):
        LOCAL.down("webhooks")
        port = stack.PORT
        holder = subprocess.Popen([*within, "sh", "-c", "ip link set lo up && ip address add 9.9.9.9/32 dev lo && echo nameserver 127.0.0.1 >resolv.conf && "
                                   "mount --bind resolv.conf /etc/resolv.conf && echo ready && exec cat"],
                                  stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=LOCAL.run_dir)
        others = []
        try:
            self.assertEqual("ready\n", holder.stdout.readline())
            inside = ["nsenter", f"--target={holder.pid}", "--net", "--mount", *(["--user", "--preserve-credentials"] if os.getuid() else [])]
            names = subprocess.Popen([*inside, "/usr/bin/python3", stack.ROOT / "tests/webhooks/names.py", "127.0.0.1", second],
                                     stdout=subprocess.PIPE, text=True)
            others.append(names)
            self.assertEqual("ready\n", names.stdout.readline())
            receiver = stack.Receiver(port, *inside)
            others.append(receiver.process)
            organiser = Organiser("rebind.example", mood="broken", port=port, receiver_at=receiver)
            organiser.test()
            for attempt in range(2):
                webhooks = subprocess.Popen([*inside, stack.local_stack.BUILD / "bin/ticketd-webhooks"], stdout=subprocess.DEVNULL,
                                            stderr=subprocess.DEVNULL, env={
                                                **os.environ, **LOCAL.settings(), **LOCAL.settings("conf/webhooks.env"),
                                                "TICKETD_WEBHOOK_NETWORKS": networks, "TICKETD_METRICS_FILE": ""})
                try:
                    await_true(lambda: organiser.deliveries()[0]["attempts"] == attempt + 1 and self.is_recorded(organiser), "tried")
                finally:
                    webhooks.kill()  # so that it remembers no answer of the name server
                    webhooks.wait()
                stack.due_now()
            self.assertEqual(["127.0.0.1", second][:reached],
                             [post["to"].removeprefix("::ffff:") for post in receiver.of(organiser.path)])
            if reached == 1:
                self.assertIn("not on the internet", organiser.deliveries()[0]["error"])
            organiser.of_webhook("DELETE")
        finally:
            for process in (*others, holder):
                process.kill()
                process.wait()
            LOCAL.up("webhooks")

    @staticmethod
    def is_recorded(organiser):
        return stack.sql(f"SELECT due_at - updated_at FROM webhook_deliveries WHERE webhook_id = '{organiser.webhook}'") != "00:01:00"


def knows(name):
    return subprocess.run(["getent", "hosts", name], stdout=subprocess.DEVNULL, check=False).returncode == 0


def namespace():
    """A command that runs others in a network of their own, with files of /etc that are theirs; None if there is none."""
    for command in (["unshare", "--net", "--mount"], ["unshare", "--net", "--mount", "--user", "--map-root-user"]):
        if subprocess.run([*command, "ip", "link", "set", "lo", "up"], stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return command
    return None
