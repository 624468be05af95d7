"""What plans and people ask of nodes, asked again until it is done. The first argument says what, the others where nodes are: HOST:CQL:JOLOKIA."""
import os
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
import jolokia  # noqa: E402

AUTHORITY = os.environ.get("AUTHORITY") or None


def say(text):
    print(text, flush=True)


def refuse(text):
    print(text, file=sys.stderr)
    sys.exit(1)


class Node:
    def __init__(self, text):
        self.host, self.port, jolokia_port = text.split(":")
        self.managed = f"{self.host}:{jolokia_port}"

    def ask(self, statement):
        with cql.Session(self.host, self.port, AUTHORITY).sign_in("admin", os.environ["CASSANDRA_ADMIN_PASSWORD"]) as session:
            return session.say(statement, cql.ONE)

    def keyspaces(self):
        """People's, each with the most copies that it has in one data centre."""
        for name, replication in self.ask("SELECT keyspace_name, replication FROM system_schema.keyspaces"):
            name = name.decode()
            if not name.startswith("system"):
                counts = [int(value.split("/")[0]) for key, value in cql.entries(replication).items() if key != "class"]
                yield name, max(counts, default=1)


def decommission(text):
    if not text.split(":")[0]:
        refuse("the node does not run, so it can't hand on its rows; 'dp replace' begins it anew from the copies that the others have")
    node = Node(text)
    while True:
        mode = jolokia.read(node.managed, "OperationMode")
        if mode == "DECOMMISSIONED":
            # Nobody comes in its place.
            for name in (os.environ["NODE"], os.environ["NODE"] + ".ended"):
                if os.path.exists(os.path.join(os.environ["MEETING"], name)):
                    os.remove(os.path.join(os.environ["MEETING"], name))
            return say("its rows are with the others")
        if mode == "NORMAL":
            stay = len(node.ask("SELECT host_id FROM system.peers_v2"))
            for name, copies in node.keyspaces():
                if copies > stay:
                    refuse(f"keyspace {name} has {copies} copies of each row, and {stay} nodes would stay")
            say("hands on its rows")
            try:
                jolokia.do(node.managed, "decommission(boolean)", True, seconds=86400)
            except OSError:
                pass  # It is asked how far it is.
        time.sleep(1)


def cleanup(*nodes):
    for node in map(Node, nodes):
        for name, _ in node.keyspaces():
            say(f"{node.host}:{node.port}: {name}")
            jolokia.do(node.managed, "forceKeyspaceCleanup(int,java.lang.String,[Ljava.lang.String;)", 2, name, [], seconds=86400)


def repair(*nodes):
    for node in map(Node, nodes):
        for name, copies in node.keyspaces():
            if copies > 1:
                say(f"{node.host}:{node.port}: {name}")
                jolokia.repair(node.managed, name)
    say("all copies are alike")


try:
    {"decommission": decommission, "cleanup": cleanup, "repair": repair}[sys.argv[1]](*sys.argv[2].split())
except (jolokia.Failed, cql.Refused, OSError) as problem:
    refuse(str(problem))
