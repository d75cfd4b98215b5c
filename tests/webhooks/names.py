"""A name server that says another address each time: names.py ADDRESS..., the last one for ever. IPv4 alone."""
import itertools
import socket
import struct
import sys

addresses = itertools.chain(sys.argv[1:-1], itertools.repeat(sys.argv[-1]))
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", 53))
print("ready", flush=True)
while True:
    query, client = server.recvfrom(512)
    end = query.index(b"\0", 12) + 5
    (kind,) = struct.unpack("!H", query[end - 4:end - 2])
    answer = b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + socket.inet_aton(next(addresses)) if kind == 1 else b""
    server.sendto(query[:2] + b"\x81\x80\0\1" + struct.pack("!H", bool(answer)) + b"\0\0\0\0" + query[12:end] + answer, client)
