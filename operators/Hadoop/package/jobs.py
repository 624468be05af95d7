"""Takes jobs from clusters that connect, which have no Hadoop of their own: what they send is run as hadoop.sh runs it, one after another.

$1 where to listen: HOST, $2 PORT. JOBS_TOKEN is what callers must know, by "Authorization: Bearer TOKEN".
POST /jobs with {"arguments": ["jar", "FILE", ...]} answers {"number": N}; GET /jobs/N how it is: waits, runs or ended, then with its code, and what it said last.
"""
import hmac
import json
import os
import queue
import re
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

MOST_BODY = 64 * 1024
MOST_SAID = 64 * 1024
MOST_WAITING = 100
MOST_KEPT = 1000
PATIENCE_SECONDS = 30

token = os.environ.pop("JOBS_TOKEN")
changing = threading.Lock()
jobs = {}
waiting = queue.Queue(MOST_WAITING)


def run_all():
    while True:
        number, arguments = waiting.get()
        jobs[number] = {"number": number, "state": "runs"}
        said = b""
        with subprocess.Popen(["/bin/bash", "hadoop.sh", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as program:
            while part := program.stdout.read1(MOST_SAID):
                said = (said + part)[-MOST_SAID:]
        jobs[number] = {"number": number, "state": "ended", "code": program.returncode, "said": said.decode(errors="replace")}


def asked(body):
    """The arguments; None where it is no request."""
    try:
        arguments = json.loads(body)["arguments"]
    except (ValueError, KeyError, TypeError):
        return None
    good = isinstance(arguments, list) and 0 < len(arguments) and all(isinstance(each, str) and "\0" not in each for each in arguments)
    return arguments if good else None


class Desk(BaseHTTPRequestHandler):
    timeout = PATIENCE_SECONDS

    def answer(self, status, said):
        body = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def is_let_in(self):
        if hmac.compare_digest(self.headers.get("Authorization", "").encode("latin-1"), f"Bearer {token}".encode()):
            return True
        self.answer(401, {"problem": "the cluster's token is needed: Authorization: Bearer TOKEN"})
        return False

    def do_GET(self):
        if not self.is_let_in():
            return
        path = re.fullmatch(r"/jobs/([0-9]{1,9})", self.path)
        job = jobs.get(int(path[1])) if path else None
        self.answer(200, job) if job else self.answer(404, {"problem": "there is no such job since the gateway began"})

    def do_POST(self):
        if not self.is_let_in():
            return
        length = self.headers.get("Content-Length", "")
        if self.path != "/jobs" or not re.fullmatch("[0-9]{1,9}", length) or int(length) > MOST_BODY:
            self.close_connection = True
            self.answer(400, {"problem": f"allowed is POST /jobs with a body of at most {MOST_BODY} bytes"})
            return
        arguments = asked(self.rfile.read(int(length)))
        if arguments is None:
            self.answer(400, {"problem": 'allowed is {"arguments": ["jar", "FILE", ...]}: what hadoop.sh is to do'})
            return
        with changing:
            number = max(jobs, default=0) + 1
            jobs[number] = {"number": number, "state": "waits"}
            try:
                waiting.put_nowait((number, arguments))
            except queue.Full:
                del jobs[number]
                self.answer(429, {"problem": f"{MOST_WAITING} jobs wait"})
                return
            for old in [each for each in jobs if each <= number - MOST_KEPT]:
                del jobs[old]
        self.answer(202, {"number": number})

    def log_message(self, *_):
        """The task's output is for what goes wrong."""


threading.Thread(target=run_all, daemon=True).start()
ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Desk).serve_forever()
