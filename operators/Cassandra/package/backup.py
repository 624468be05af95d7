"""Brings a snapshot of all nodes into the lake. The first argument is the folder to make, the second where nodes are: NUMBER=HOST:CQL:JOLOKIA."""
import json
import os
import shutil
import sys
import threading
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
import jolokia  # noqa: E402
import saving  # noqa: E402
from node import Node, copies, refuse, say  # noqa: E402

FORMAT = 1
SNAPSHOT, CLEAR = "takeSnapshot(java.lang.String,java.util.Map,[Ljava.lang.String;)", "clearSnapshot(java.lang.String,[Ljava.lang.String;)"


def of_all(nodes, do):
    """At once, so that what they have is of one moment as far as it can be."""
    problems = []

    def one(number, node):
        try:
            do(node)
        except (jolokia.Failed, cql.Refused, OSError) as problem:
            problems.append(f"node-{number}: {problem}")

    threads = [threading.Thread(target=one, args=each) for each in nodes.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        raise jolokia.Failed("; ".join(problems))


def is_there(node):
    missed = node.missed()
    mode = jolokia.read(node.managed, "OperationMode")
    if missed or mode != "NORMAL":
        raise jolokia.Failed(f"it misses {', '.join(missed)}" if missed else f"it is {mode}")


def schema(node):
    """What makes each keyspace anew but the keyspace itself, whose copies depend on where it is made."""
    saved = []
    for name, replication in node.replications():
        made = [
            {"kind": kind.decode(), "name": own.decode(), "statement": statement.decode()}
            for _, kind, own, statement in node.ask(f'DESCRIBE KEYSPACE "{name}" WITH INTERNALS')
            if kind != b"keyspace"
        ]
        saved.append({"name": name, "replication": replication, "makes": made})
    return saved


def saved_by(nodes, folder):
    """Until each has brought its own. They say what is in it."""
    files, left, said = {}, dict(nodes), time.monotonic()
    while left:
        for number in list(left):
            part = os.path.join(folder, f"node-{number}")
            failed = os.path.join(part, saving.FAILED)
            if os.path.exists(failed):
                with open(failed) as file:
                    raise jolokia.Failed(f"node-{number}: {file.read()}")
            listed = os.path.join(part, saving.LISTED)
            if os.path.exists(listed):
                with open(listed) as file:
                    brought = json.load(file)
                files.update({f"node-{number}/{path}": each for path, each in brought.items()})
                os.remove(listed)
                del left[number]
                say(f"node-{number}: {len(brought)} files, {sum(each[0] for each in brought.values()) >> 20} MiB")
        if left and time.monotonic() - said > 30:
            said = time.monotonic()
            say(f"waits for {', '.join(f'node-{number}' for number in left)}")
        time.sleep(0.2)
    return files


def backup(folder, tag, nodes):
    part = folder + ".part"
    os.umask(0o077)
    shutil.rmtree(part, ignore_errors=True)
    of_all(nodes, is_there)
    first = next(iter(nodes.values()))
    keyspaces = schema(first)
    names = [keyspace["name"] for keyspace in keyspaces]
    os.makedirs(part)
    files = {}
    if names:
        say(f"takes a snapshot of {', '.join(names)}")
        try:
            of_all(nodes, lambda node: jolokia.do(node.managed, CLEAR, tag, names))
            of_all(nodes, lambda node: jolokia.do(node.managed, SNAPSHOT, tag, {}, names, seconds=3600))
            saving.ask(part, tag)
            files = saved_by(nodes, part)
        finally:
            of_all(nodes, lambda node: jolokia.do(node.managed, CLEAR, tag, names))
    version = first.ask("SELECT release_version FROM system.local")[0][0].decode()
    saving.written(os.path.join(part, "manifest.json"), json.dumps({"format": FORMAT, "version": version, "keyspaces": keyspaces, "files": files}))
    os.rename(part, folder)
    most = max((max(copies(keyspace["replication"]).values(), default=1) for keyspace in keyspaces), default=0)
    say(f"{len(names)} keyspaces, {len(files)} files, {sum(each[0] for each in files.values()) >> 20} MiB, up to {most} copies of each row")


try:
    backup(sys.argv[1], f"platform-{sys.argv[2]}", {number: Node(at) for number, at in (each.split("=") for each in sys.argv[3].split())})
except (jolokia.Failed, cql.Refused, OSError) as problem:
    refuse(str(problem))
