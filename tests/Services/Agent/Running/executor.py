"""An executor of a framework's own: says RUNNING of what it is given, KILLED of what it is to kill, and does what messages ask.

What it found, sent and was told is in its sandbox, in order, as lines of seen.jsonl.
"""
import base64
import http.client
import json
import os
import subprocess
import sys
import threading
import time
import uuid

MODE = sys.argv[1] if len(sys.argv) > 1 else ""
IDS = {
    "framework_id": {"value": os.environ["MESOS_FRAMEWORK_ID"]},
    "executor_id": {"value": os.environ["MESOS_EXECUTOR_ID"]},
}
TOKEN = "" if MODE == "without-token" else os.environ["MESOS_EXECUTOR_AUTHENTICATION_TOKEN"]
writing = threading.Lock()
tasks = {}
updates = {}


def see(**what):
    with writing, open("seen.jsonl", "a") as seen:
        seen.write(json.dumps(what) + "\n")


def headers():
    return {"Content-Type": "application/json", "Authorization": "Bearer " + TOKEN}


def call(**fields):
    body = dict(fields, **IDS)
    connection = http.client.HTTPConnection(os.environ["MESOS_AGENT_ENDPOINT"])
    try:
        connection.request("POST", "/api/v1/executor", json.dumps(body), headers())
        status = connection.getresponse().status
    except OSError:
        return  # Comes with the next subscription.
    finally:
        connection.close()
    see(call=body, status=status)


def update(task, state):
    status = {
        "task_id": {"value": task},
        "source": "SOURCE_EXECUTOR",
        "state": state,
        "executor_id": IDS["executor_id"],
        "uuid": base64.b64encode(uuid.uuid4().bytes).decode(),
    }
    updates[status["uuid"]] = {"status": status}
    call(type="UPDATE", update={"status": status})


def obey(words):
    if words[0] == "ping":
        call(type="MESSAGE", message={"data": base64.b64encode(b"pong").decode()})
    elif words[0] == "exit":
        os._exit(int(words[1]))
    elif words[0] == "update":
        update(words[1], words[2])
    elif words[0] == "talk":
        for number in range(int(words[1])):
            call(type="MESSAGE", message={"data": base64.b64encode(str(number).encode()).decode()})
    elif words[0] == "run":
        done = subprocess.run(["/bin/sh", "-c", " ".join(words[1:])], capture_output=True, check=False)
        call(type="MESSAGE", message={"data": base64.b64encode(done.stdout + done.stderr).decode()})
    elif words[0] == "take":
        hold.append(bytearray(int(words[1]) << 20))
        call(type="MESSAGE", message={"data": base64.b64encode(b"taken").decode()})


hold = []


def handle(event):
    see(event=event)
    kind = event["type"]
    if kind in ("LAUNCH", "LAUNCH_GROUP"):
        given = [event["launch"]["task"]] if kind == "LAUNCH" else event["launch_group"]["task_group"]["tasks"]
        for task in given:
            tasks[task["task_id"]["value"]] = task
            update(task["task_id"]["value"], "TASK_RUNNING")
    elif kind == "KILL":
        update(event["kill"]["task_id"]["value"], "TASK_KILLED")
    elif kind == "ACKNOWLEDGED":
        updates.pop(event["acknowledged"]["uuid"], None)
        tasks.pop(event["acknowledged"]["task_id"]["value"], None)
    elif kind == "MESSAGE":
        obey(base64.b64decode(event["message"]["data"]).decode().split())
    elif kind == "SHUTDOWN" and MODE != "deaf":
        sys.exit(0)


def subscribe():
    body = dict(type="SUBSCRIBE", subscribe={
        "unacknowledged_tasks": list(tasks.values()), "unacknowledged_updates": list(updates.values())}, **IDS)
    connection = http.client.HTTPConnection(os.environ["MESOS_AGENT_ENDPOINT"])
    connection.request("POST", "/api/v1/executor", json.dumps(body), headers())
    response = connection.getresponse()
    see(call=body, status=response.status, content_type=response.getheader("Content-Type"))
    while response.status == 200:
        length = b""
        while not length.endswith(b"\n"):
            byte = response.read(1)
            if not byte:
                return
            length += byte
        record = b""
        while len(record) < int(length):
            record += response.read(int(length) - len(record))
        handle(json.loads(record))


see(environment=dict(os.environ))
while True:
    if MODE != "mute":
        try:
            subscribe()
        except (OSError, http.client.HTTPException):
            pass
    time.sleep(0.05)
