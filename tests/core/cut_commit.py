#!/usr/bin/python3
"""Stand between a client and a database server, and break the connection at a COMMIT.

cut_commit.py PORT TO before|after N FILE

PORT is written to FILE (0: any that is free).  Of the N'th COMMIT that passes the
connection is closed: before the server sees it, or after it answered and before the
client hears.  All else passes.
"""
import select
import socket
import sys


def main():
    port, to, when, number, name = (
        int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5])
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(8)
    with open(name + ".tmp", "w", encoding="ascii") as out:
        out.write("%d\n" % listener.getsockname()[1])
    import os
    os.rename(name + ".tmp", name)
    pairs, seen = {}, 0
    cut_next = set()
    while True:
        ready, _, _ = select.select([listener, *pairs], [], [])
        for end in ready:
            if end is listener:
                client, _ = listener.accept()
                server = socket.create_connection(("127.0.0.1", to))
                pairs[client] = (server, True)
                pairs[server] = (client, False)
                continue
            if end not in pairs:
                continue
            other, is_client = pairs[end]
            try:
                data = end.recv(65536)
            except OSError:
                data = b""
            close = not data
            if is_client and b"COMMIT" in data:
                seen += 1
                if seen == number:
                    if when == "before":
                        close = True
                        data = b""
                    else:
                        cut_next.add(other)
            elif not is_client and end in cut_next:
                close = True  # it has answered: so it happened
                data = b""
            try:
                if data:
                    other.sendall(data)
            except OSError:
                close = True
            if close:
                for one in (end, other):
                    pairs.pop(one, None)
                    one.close()


main()
