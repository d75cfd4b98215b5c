"""All that a Redis holds, as bytes."""
import contextlib
import socket
import urllib.parse

READ = {b"string": ("GET",), b"hash": ("HGETALL",), b"list": ("LRANGE", "0", "-1"), b"set": ("SMEMBERS",),
        b"zset": ("ZRANGE", "0", "-1", "WITHSCORES"), b"stream": ("XRANGE", "-", "+")}


class Connection:
    def __init__(self, url):
        at = urllib.parse.urlsplit(url)
        self.socket = socket.create_connection((at.hostname, at.port), 10)
        self.file = self.socket.makefile("rwb")
        self.ask("AUTH", at.username, at.password)

    def close(self):
        self.socket.close()

    def ask(self, *words):
        words = [word if isinstance(word, bytes) else word.encode() for word in words]
        self.file.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(word), word) for word in words))
        self.file.flush()
        return self.reply()

    def reply(self):
        line = self.file.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"-":
            raise AssertionError("Redis: " + rest.decode(errors="replace"))
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))] if int(rest) >= 0 else None
        if kind == b"$":
            return self.file.read(int(rest) + 2)[:-2] if int(rest) >= 0 else None
        return rest


def flat(value):
    if isinstance(value, list):
        return b"\n".join(flat(one) for one in value)
    return value or b""


def keys_of(url):
    """Each key with its value, as they are read, and as DUMP has it, which may be packed."""
    with contextlib.closing(Connection(url)) as redis:
        cursor, keys = b"0", set()
        while True:
            cursor, some = redis.ask("SCAN", cursor, "COUNT", "1000")
            keys.update(some)
            if cursor == b"0":
                break
        for key in sorted(keys):
            kind = redis.ask("TYPE", key)
            if kind == b"none":  # it has expired since
                continue
            words = READ[kind]
            yield key, flat([redis.ask(words[0], key, *words[1:]), redis.ask("DUMP", key)])
