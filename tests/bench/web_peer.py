#!/usr/bin/env python3
"""The first page of elog-web as one writes it in Python: sqlite3 and http.server.

web_peer.py DATABASE: prints the port that it listens on.
"""
import html
import http.server
import pathlib
import sqlite3
import sys
import threading

SQL = (pathlib.Path(__file__).resolve().parents[2] / "common/sql/web/home.sql").read_text().split(";")[0]
HEAD = "<!DOCTYPE html><html><head><title>Experiments</title></head><body><h1>Experiments</h1><table>"
here = threading.local()


def database():
    if not hasattr(here, "db"):
        here.db = sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True)
        here.db.create_function("member", 2, member, deterministic=True)
    return here.db


def member(document, name):
    """What our function of that name does, in the shortest way that Python has."""
    at = document.find(f'"{name}": "')
    return None if at < 0 else document[at + len(name) + 5:document.index('"', at + len(name) + 5)]


class Page(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        rows = database().execute(SQL, {"q": None, "form": "page", "page": None}).fetchall()
        body = HEAD + "".join(
            "<tr>" + "".join(f"<td>{html.escape(str(value))}</td>" for value in row if value is not None) + "</tr>"
            for row in rows) + "</table></body></html>"
        body = body.encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
print(server.server_address[1], flush=True)
try:
    server.serve_forever()
except KeyboardInterrupt:
    pass
