"""Makes the tree what a backup of this or of another cluster holds. $1 its folder, $2 where clients reach servers: HOST:PORT with spaces between."""
import base64
import hashlib
import json
import os
import sys

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import zookeeper  # noqa: E402
from zookeeper import Refused  # noqa: E402

FORMAT = 1
CONTAINER_FLAG = 4
# A node whose rights came otherwise than by a backup can have none; then everybody has all.
ANYONE = [[31, "world", "anyone"]]


def refuse(text):
    sys.exit(text)


def read(folder):
    """All of it is looked at before anything is touched."""
    try:
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        if manifest["engine"] != "zookeeper":
            refuse(f"the backup is of {manifest['engine']}, and not of ZooKeeper")
        if manifest["format"] != FORMAT:
            refuse(f"the backup has the format {manifest['format']}, and this version of the package reads {FORMAT}")
        count, size, wanted = manifest["nodes"], manifest["bytes"], manifest["sha256"]
    except FileNotFoundError:
        refuse(f"{folder} is no whole backup of ZooKeeper: it has no manifest.json")
    except (ValueError, KeyError, TypeError):
        refuse(f"{folder}/manifest.json is not what a backup of ZooKeeper writes")
    path = os.path.join(folder, "tree.jsonl")
    try:
        there = os.path.getsize(path)
    except OSError:
        refuse("the backup is not whole: tree.jsonl is missing")
    if there != size:
        refuse(f"the backup is not whole: tree.jsonl has {there} bytes, and {size} were saved")
    seen = hashlib.sha256()
    with open(path, "rb") as file:
        for line in file:
            seen.update(line)
    if seen.hexdigest() != wanted:
        refuse("the backup is damaged: tree.jsonl is not what was saved")
    return path, count


def saved(path):
    with open(path, "rb") as file:
        for line in file:
            node = json.loads(line)
            value = None if node["data"] is None else base64.b64decode(node["data"])
            yield node["path"], value, [tuple(right) for right in node["acl"]] or ANYONE, node["container"]


def give(session, path, value, rights, container):
    """Whether something had to be written."""
    changed = False
    try:
        there, _ = session.get(path)
    except Refused as lacking:
        if lacking.code != zookeeper.NO_NODE:
            raise
        kind, flag = (zookeeper.CREATE_CONTAINER, CONTAINER_FLAG) if container else (zookeeper.CREATE, 0)
        session.ask(kind, zookeeper.text(path) + zookeeper.data(value) + zookeeper.acl(rights) + zookeeper.number(flag), path)
        return True
    if there != value:
        session.ask(zookeeper.SET_DATA, zookeeper.text(path) + zookeeper.data(value) + zookeeper.number(-1), path)
        changed = True
    if [tuple(right) for right in session.acl(path)] != list(rights):
        session.ask(zookeeper.SET_ACL, zookeeper.text(path) + zookeeper.acl(rights) + zookeeper.number(-1), path)
        changed = True
    return changed


def take_away(session, path, wanted):
    """Children first. What lives as long as somebody's session is that client's, and stays, with what is above it."""
    try:
        for child in session.children(path):
            if (below := path.rstrip("/") + "/" + child) != zookeeper.OWN:
                yield from take_away(session, below, wanted)
        if path not in wanted and zookeeper.is_lasting(session.get(path)[1]):
            session.ask(zookeeper.DELETE, zookeeper.text(path) + zookeeper.number(-1), path)
            yield path
    except Refused as other:
        if other.code not in (zookeeper.NO_NODE, zookeeper.NOT_EMPTY):
            raise


def restore(folder, addresses):
    path, count = read(folder)
    with zookeeper.any_of(addresses, os.environ["SUPER_PASSWORD"]) as session:
        written = sum(give(session, *each) for each in saved(path))
        gone = sum(1 for _ in take_away(session, "/", {each[0] for each in saved(path)}))
    print(f"{count} nodes are what they were: {written} were written and {gone} taken away", flush=True)


sys.setrecursionlimit(100_000)
try:
    restore(sys.argv[1], sys.argv[2].split())
except (Refused, OSError) as problem:
    refuse(f"it is done in part, and can be asked for again: {problem}")
