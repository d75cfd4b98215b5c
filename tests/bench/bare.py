"""The bare minimums behind an nginx of the same configuration: routes.conf alone names other handlers."""
import os
import re
import socket
import subprocess
import time
import urllib.parse

# Everything else goes to the one that does nothing.
HANDLERS = {"events-book": "bare-xadd", "events-status": "bare-select"}


class Bare:
    def __init__(self, stack, programs, directory, port):
        self.stack, self.programs, self.directory, self.port = stack, programs, directory, port
        self.constant_port = port + 1
        self.processes = []

    def write_page(self, body):
        """What the plain nginx serves as a file for each event."""
        (self.directory / "page").mkdir(exist_ok=True)
        (self.directory / "page/event.json").write_bytes(body)

    def start(self, reply_bytes):
        """`reply_bytes`: handler -> (bytes of its headers, of its body), as ticketd's own handler answers."""
        for part in ("sock", "nginx", "log", "conf"):
            (self.directory / part).mkdir(parents=True, exist_ok=True)
        for program in ("bare-xadd", "bare-select", "bare-nothing"):
            self.start_handler(program, *reply_bytes.get(program, (2, 2)))
        self.write_nginx_conf()
        self.processes.append(subprocess.Popen(
            ["nginx", "-e", self.directory / "log/nginx.log", "-p", self.directory, "-c", self.directory / "nginx.conf"]))
        for port in (self.port, self.constant_port):
            self.await_port(port)

    def start_handler(self, program, header_bytes, body_bytes):
        path = self.directory / "sock" / f"{program}.sock"
        path.unlink(missing_ok=True)
        redis = urllib.parse.urlsplit(self.stack.env["QUEUE_REDIS_URL"])
        threads = "24" if program == "bare-xadd" else "8"  # it is at its fastest; with 12, 48 or 64 it loses up to a tenth
        environment = {**os.environ, **self.stack.env, "REPLY_HEADER_BYTES": str(header_bytes),
                       "REPLY_BODY_BYTES": str(body_bytes), "BARE_THREADS": threads, "BARE_REDIS_PATH": redis.path}
        if redis.username:
            environment |= {"BARE_REDIS_USER": redis.username, "BARE_REDIS_PASSWORD": redis.password}
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen(4096)
            self.processes.append(subprocess.Popen([self.programs / program], stdin=listener, env=environment))

    def write_nginx_conf(self):
        def moved(text):
            return text.replace(str(self.stack.run_dir), str(self.directory))

        routes = (self.stack.root / "nginx/routes.conf").read_text()
        routes = re.sub(r'^(    "~\^.*\$"\s+)([a-z-]+);$', lambda m: f"{m[1]}{HANDLERS.get(m[2], 'bare-nothing')};", routes,
                        flags=re.M)
        (self.directory / "conf/routes.conf").write_text(routes)
        for conf in (self.stack.run_dir / "conf").glob("*.conf"):
            text = moved(conf.read_text()).replace(str(self.stack.sockets()), str(self.directory / "sock"))
            (self.directory / "conf" / conf.name).write_text(text)
        conf = moved((self.stack.run_dir / "nginx.conf").read_text())
        conf = conf.replace(f"{self.stack.root}/nginx/routes.conf", f"{self.directory}/conf/routes.conf")
        conf = conf.replace(f"127.0.0.1:{self.stack.port}", f"127.0.0.1:{self.port}")
        constant = (f"    server {{\n        listen 127.0.0.1:{self.constant_port} backlog=4096;\n"
                    "        access_log off;\n        location / { return 200 '{}'; }\n"
                    f"        location /v1/events/ {{ root {self.directory}/page; try_files /event.json =404; }}\n    }}\n}}\n")
        (self.directory / "nginx.conf").write_text(conf.rstrip().removesuffix("}") + constant)

    def await_port(self, port):
        for _ in range(200):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
            time.sleep(0.05)
        raise RuntimeError(f"the bare nginx does not listen on {port}: see {self.directory}/log/nginx.log")

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            try:
                process.wait(timeout=5)
            except subprocess.TimeoutExpired:  # blocked in accept(), which libfcgi takes up again
                process.kill()
                process.wait()
