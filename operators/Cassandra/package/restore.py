"""Makes a cluster's keyspaces what a backup of this or of another cluster holds. The first argument is its folder, the second where nodes are: HOST:CQL:JOLOKIA."""
import hashlib
import json
import os
import re
import sys
import threading

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
import jolokia  # noqa: E402
from node import Node, refuse, say  # noqa: E402

FORMAT = 1
NUMBER_OF_TABLE = re.compile(r"\) WITH ID = [0-9a-f-]{36}\s+AND ")


def read(folder):
    try:
        with open(os.path.join(folder, "manifest.json")) as file:
            manifest = json.load(file)
        if manifest["format"] != FORMAT:
            refuse(f"the backup has the format {manifest['format']}, and this version of the package reads {FORMAT}")
        manifest["version"], manifest["keyspaces"], manifest["files"]
        return manifest
    except FileNotFoundError:
        refuse(f"{folder} is no whole backup of Cassandra: it has no manifest.json")
    except (ValueError, KeyError, TypeError):
        refuse(f"{folder}/manifest.json is not what a backup of Cassandra writes")


def check(folder, files):
    """Before anything is touched: sizes first, which costs little."""
    for path, (size, _) in files.items():
        try:
            there = os.path.getsize(os.path.join(folder, path))
        except OSError:
            refuse(f"the backup is not whole: {path} is missing")
        if there != size:
            refuse(f"the backup is not whole: {path} has {there} bytes, and {size} were saved")
    for path, (_, wanted) in files.items():
        seen = hashlib.sha256()
        with open(os.path.join(folder, path), "rb") as file:
            while chunk := file.read(1 << 20):
                seen.update(chunk)
        if seen.hexdigest() != wanted:
            refuse(f"the backup is damaged: {path} is not what was saved")


def statements(text):
    """Of a table from which columns were dropped there are several. What is quoted may hold anything."""
    parts = re.findall(r"(?:'(?:[^']|'')*'|\"(?:[^\"]|\"\")*\"|\$\$.*?\$\$|[^;'\"$]|\$)+", text, re.DOTALL)
    return [part.strip() for part in parts if part.strip()]


def replication(keyspace, nodes):
    """No more copies than there are nodes to hold them."""
    wanted = dict(keyspace["replication"])
    for place, count in wanted.items():
        if place != "class" and int(count.split("/")[0]) > nodes:
            say(f"{keyspace['name']}: {nodes} copies of each row and not {count}, for there are no more nodes")
            wanted[place] = str(nodes)
    return "{" + ", ".join(f"'{key}': '{value}'" for key, value in wanted.items()) + "}"


def make(node, keyspace, nodes):
    name = keyspace["name"]
    with node.session(120) as session:
        def do(text):
            session.say(text, cql.ONE)

        do(f'DROP KEYSPACE IF EXISTS "{name}"')
        do(f'CREATE KEYSPACE "{name}" WITH replication = {replication(keyspace, nodes)}')
        for made in keyspace["makes"]:
            # A table that was dropped is not the one that is made: what is still on its way to that is not for this.
            for statement in statements(NUMBER_OF_TABLE.sub(") WITH ", made["statement"], count=1)):
                do(statement)


def load(nodes, folders):
    """Each node reads its share and gives the rows to whom they belong here."""
    problems = []

    def some(node, own):
        for path in own:
            if problems:
                return
            try:
                jolokia.do(node.managed, "bulkLoad(java.lang.String)", path, seconds=86400)
                say(path.split("/node-", 1)[1])
            except (jolokia.Failed, OSError) as problem:
                problems.append(f"{path}: {problem}")

    threads = [threading.Thread(target=some, args=(node, folders[place::len(nodes)])) for place, node in enumerate(nodes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if problems:
        refuse("; ".join(problems))


def series(version):
    return [int(part) for part in version.split(".")[:2]]


def restore(folder, nodes):
    manifest = read(folder)
    own = nodes[0].ask("SELECT release_version FROM system.local")[0][0].decode()
    if series(manifest["version"]) > series(own):
        refuse(f"the backup is of Cassandra {manifest['version']}, which this one, {own}, can't read")
    say(f"looks at {len(manifest['files'])} files of Cassandra {manifest['version']}")
    check(folder, manifest["files"])
    for node in nodes:
        if missed := node.missed():
            refuse(f"{node} misses {', '.join(missed)}: all nodes must be there")
    for keyspace in manifest["keyspaces"]:
        say(f"makes {keyspace['name']} anew")
        make(nodes[0], keyspace, len(nodes))
    load(nodes, sorted({os.path.join(folder, os.path.dirname(path)) for path in manifest["files"]}))
    say(f"{len(manifest['keyspaces'])} keyspaces are what they were")


try:
    restore(sys.argv[1], [Node(at) for at in sys.argv[2].split()])
except (jolokia.Failed, cql.Refused, OSError) as problem:
    refuse(str(problem))
