"""Reads and does what a node offers to those who manage it."""
import base64
import json
import os
import time
import urllib.request

STORAGE = "org.apache.cassandra.db:type=StorageService"


class Failed(Exception):
    pass


def call(address, seconds=30, **request):
    token = base64.b64encode(f"platform:{os.environ['INTERNAL']}".encode()).decode()
    question = urllib.request.Request(f"http://{address}/jolokia/", json.dumps(request).encode(), {"Authorization": f"Basic {token}", "Content-Type": "application/json"})
    # No proxy of the host's is meant.
    with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(question, timeout=seconds) as answer:
        told = json.load(answer)
    if told.get("status") != 200:
        raise Failed(told.get("error", "no reason was said"))
    return told["value"]


def read(address, attribute):
    return call(address, type="read", mbean=STORAGE, attribute=attribute)


def do(address, operation, *arguments, seconds=30):
    return call(address, seconds, type="exec", mbean=STORAGE, operation=operation, arguments=list(arguments))


def repair(address, keyspace, all_ranges=False):
    """Of what the node is the first to have, or of all that it has."""
    asked = {"parallelism": "parallel", "primaryRange": "false" if all_ranges else "true", "incremental": "false"}
    number = do(address, "repairAsync(java.lang.String,java.util.Map)", keyspace, asked)
    if number == 0:
        return
    while True:
        state = do(address, "getParentRepairStatus(int)", number)
        if state and state[0] == "COMPLETED":
            return
        if state and state[0] == "FAILED":
            raise Failed("; ".join(state[1:]))
        time.sleep(0.5)
