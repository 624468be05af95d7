"""Brings the tree into the lake. $1 the folder to make, $2 where clients reach servers: HOST:PORT with spaces between."""
import base64
import hashlib
import json
import os
import shutil
import sys

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import zookeeper  # noqa: E402
from zookeeper import Refused  # noqa: E402

FORMAT = 1


def nodes(session):
    """Parents before children, and nothing that ends with a session or is the servers' own."""
    left = ["/"]
    while left:
        path = left.pop()
        try:
            value, stat = session.get(path)
            if not zookeeper.is_lasting(stat):
                continue
            rights, children = session.acl(path), session.children(path)
        except Refused as gone:
            if gone.code == zookeeper.NO_NODE:
                continue
            raise
        yield {
            "path": path, "data": None if value is None else base64.b64encode(value).decode(), "acl": rights, "container": stat.owner == zookeeper.CONTAINER,
        }, stat.modified
        left += [below for child in children if (below := path.rstrip("/") + "/" + child) != zookeeper.OWN]


def backup(folder, addresses):
    part = folder + ".part"
    os.umask(0o077)
    shutil.rmtree(part, ignore_errors=True)
    os.makedirs(part)
    seen, count, size, changed = hashlib.sha256(), 0, 0, 0
    with zookeeper.any_of(addresses, os.environ["SUPER_PASSWORD"]) as session, open(os.path.join(part, "tree.jsonl"), "wb") as file:
        session.ask(zookeeper.SYNC, zookeeper.text("/"), "what all have agreed on")
        begun = session.last
        for node, modified in nodes(session):
            line = json.dumps(node).encode() + b"\n"
            file.write(line)
            seen.update(line)
            count, size, changed = count + 1, size + len(line), changed + (modified > begun)
        file.flush()
        os.fsync(file.fileno())
    manifest = {"engine": "zookeeper", "format": FORMAT, "nodes": count, "bytes": size, "sha256": seen.hexdigest()}
    with open(os.path.join(part, "manifest.json"), "w") as file:
        json.dump(manifest, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(part, folder)
    print(f"{count} nodes, {size} bytes" + (f"; {changed} were written while they were read" if changed else ""), flush=True)


try:
    backup(sys.argv[1], sys.argv[2].split())
except (Refused, OSError) as problem:
    sys.exit(str(problem))
