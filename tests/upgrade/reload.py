"""An upgrade reloads nginx. What nginx cannot take over from one configuration to the next, as a zone of shared memory that has
another key or another size, makes it refuse the whole new one: it says so in its log alone, and goes on as before."""
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import unittest

from releases import ROOT, TREE, await_true

CONF = """
{user}
daemon off;
pid {home}/pid;
error_log {home}/log warn;
events {{}}
http {{
    {settings}
    include {tree}/nginx/routes.conf;
    include {tree}/nginx/http.conf;
    include {tree}/nginx/pages.conf;
    include {tree}/nginx/errors.conf;
    {temporary}
    access_log off;
    server {{ listen unix:{home}/socket; limit_req zone=ticketd_requests; limit_conn ticketd_connections 9; return 200 {name}; }}
}}
"""
SETTINGS = {"@RATE_LIMIT@": "on", "@CORS_ORIGINS@": 'default "*";', "@CORS_VARY@": ""}


class Reload(unittest.TestCase):
    def setUp(self):
        self.home = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.home)

    def configure(self, name, tree):
        settings = (tree / "nginx/settings.conf.in").read_text()
        for placeholder, value in SETTINGS.items():
            settings = settings.replace(placeholder, value)
        (self.home / "conf").write_text(CONF.format(
            home=self.home, tree=tree, name=name, settings=settings, user="user root;" if os.geteuid() == 0 else "",
            temporary="".join(f"{kind}_temp_path {self.home}/{kind};" for kind in ("client_body", "fastcgi", "proxy", "scgi", "uwsgi"))))

    def answer(self):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(str(self.home / "socket"))
            connection.sendall(b"GET / HTTP/1.0\r\n\r\n")
            reply = http.client.HTTPResponse(connection)
            reply.begin()
            return reply.read().decode()

    def reloaded(self, before, after):
        self.configure(*before)
        nginx = subprocess.Popen(["nginx", "-e", self.home / "log", "-p", self.home, "-c", self.home / "conf"])
        try:
            await_true(lambda: (self.home / "pid").exists() and (self.home / "pid").read_text(), 10, "nginx runs")
            self.assertEqual(before[0], self.answer())
            self.configure(*after)
            nginx.send_signal(signal.SIGHUP)
            await_true(lambda: self.answer() == after[0] or "[emerg]" in (self.home / "log").read_text(), 10, "nginx was reloaded")
            return (self.home / "log").read_text()
        finally:
            nginx.terminate()
            nginx.wait()

    def test_takes_the_configuration_of_the_next_release(self):
        self.assertEqual("", self.reloaded(("previous", TREE), ("next", ROOT)))

    def test_takes_that_of_the_previous_one_again(self):
        self.assertEqual("", self.reloaded(("next", ROOT), ("previous", TREE)))
