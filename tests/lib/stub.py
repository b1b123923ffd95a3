#!/usr/bin/python3
"""A web server with faults, for what a real one cannot be made to do.

    stub.py TREE PORTFILE LOG

Serves the files of TREE.  A file NAME.rules beside one says, a line for each of the
next requests, what to do instead: a status ("503", "429 Retry-After: 1"), "redirect
URL", "cut" (half of the body, whole to HTTP), "reset" (half of the body, then the
connection breaks), "hang" (no answer), "html", "slow N" (a moment's wait, a longer one
until N were in flight at once), "ok".  The last line stays if it ends in "*".  LOG gets
a line a request: its path and how many were in flight.
"""
import http.server
import os
import sys
import threading
import time
import urllib.parse

tree, portfile, logfile = sys.argv[1:]
lock = threading.Lock()
in_flight = most = 0
parting = threading.Event()


def rule_for(path):
    try:
        with open(path + ".rules", encoding="utf-8") as f:
            rules = f.read().splitlines()
    except FileNotFoundError:
        return "ok"
    if not rules:
        return "ok"
    if rules[0].endswith("*"):
        return rules[0][:-1]
    with open(path + ".rules", "w", encoding="utf-8") as f:
        f.write("".join(line + "\n" for line in rules[1:]))
    return rules[0]


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        global in_flight, most
        url = urllib.parse.urlsplit(self.path)
        path = os.path.join(tree, urllib.parse.unquote(url.path).lstrip("/"))
        with lock:
            in_flight += 1
            most = max(most, in_flight)
            with open(logfile, "a", encoding="utf-8") as log:
                print(self.path, in_flight, file=log)
            rule = rule_for(path)
        try:
            self.answer(path, rule)
        finally:
            with lock:
                in_flight -= 1

    def answer(self, path, rule):
        body, status, headers = b"{}", 200, []
        if rule[0].isdigit():
            code, _, header = rule.partition(" ")
            status = int(code)
            if header:
                headers.append(header.split(": ", 1))
        elif rule.startswith("redirect "):
            status = 302
            headers.append(["Location", rule.split(" ", 1)[1]])
        else:
            try:
                with open(path, "rb") as f:
                    body = f.read()
            except OSError:
                status = 404
        if rule == "hang":
            parting.wait()
            return
        if rule.startswith("slow "):
            time.sleep(0.05 if most >= int(rule[5:]) else 0.3)
        if rule == "html":
            body = b"<html>log in here</html>"
        if rule == "cut":
            body = body[: len(body) // 2]
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if rule == "reset":
            body = body[: len(body) // 2]
            self.close_connection = True
        self.wfile.write(body)


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
with open(portfile + ".new", "w", encoding="utf-8") as out:
    print(server.server_port, file=out)
os.rename(portfile + ".new", portfile)
server.serve_forever()
