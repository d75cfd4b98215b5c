"""A FastCGI client of a page: a handler is measured alone, without nginx."""
import os
import socket
import struct
import subprocess
import tempfile

BEGIN, PARAMS, STDIN, STDOUT, END = 1, 4, 5, 6, 3


def _record(kind, data=b""):
    return struct.pack(">BBHHBx", 1, kind, 1, len(data), 0) + data


def _length(n):
    return bytes([n]) if n < 128 else struct.pack(">I", n | 0x80000000)


def _params(pairs):
    return b"".join(_length(len(k)) + _length(len(v)) + k.encode() + v.encode() for k, v in pairs.items())


def request(method, path, token="", body="", **more):
    """The bytes of one request as nginx sends it."""
    # Those that nginx/server.conf passes, and a client's usual headers.
    pairs = {"REQUEST_METHOD": method, "REQUEST_URI": path, "DOCUMENT_URI": path, "QUERY_STRING": "",
             "CONTENT_TYPE": "application/json" if body else "", "CONTENT_LENGTH": str(len(body)) if body else "",
             "REMOTE_ADDR": "127.0.0.1", "SERVER_PROTOCOL": "HTTP/1.1",
             "HTTP_X_REQUEST_ID": "0123456789abcdef0123456789abcdef", "HTTP_HOST": "127.0.0.1:8080",
             "HTTP_AUTHORIZATION": f"Bearer {token}", **more}
    return (_record(BEGIN, struct.pack(">HB5x", 1, 0)) + _record(PARAMS, _params(pairs)) + _record(PARAMS)
            + (_record(STDIN, body.encode()) if body else b"") + _record(STDIN))


class Handler:
    """A handler's process with a socket of its own, as systemd would start it. `prefix` may be a tool to run it under."""

    def __init__(self, stack, name, prefix=(), settings=None):
        self.directory = tempfile.TemporaryDirectory()
        self.path = self.directory.name + "/socket"
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(self.path)
            listener.listen(128)
            # without a key it takes requests from others than nginx
            environment = {**os.environ, **stack.env, "TICKETD_EDGE_KEY": "off", **(settings or {})}
            self.process = subprocess.Popen([*prefix, stack.root / "build/bin" / name], stdin=listener, env=environment,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def ask(self, data):
        """The status of the reply."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(self.path)
            connection.sendall(data)
            reply = b""
            while part := connection.recv(65536):
                reply += part
        at = reply.find(b"Status: ")
        return int(reply[at + 8:at + 11]) if at >= 0 else 0

    def end(self):
        self.process.terminate()
        self.process.wait()
        self.directory.cleanup()
