"""What plans and people ask of nodes, asked again until it is done. The first argument says what, the others where nodes are: HOST:CQL:JOLOKIA."""
import os
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
import jolokia  # noqa: E402
from node import Node, refuse, say  # noqa: E402

MEBIBYTE = 1 << 20


def has_room(leaving, stay):
    """Those that stay have all rows then. What compactions need is half of a disk."""
    nodes = {node.managed: node for node in (leaving, *map(Node, os.environ["NODES"].split()))}
    held, disk = sum(node.held() for node in nodes.values()) // MEBIBYTE, int(os.environ["DISK"])
    if held > stay * disk // 2:
        refuse(f"the rows take {held} MiB, and {stay} nodes with {disk} MiB each would stay, of which half must be free for compactions")


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
            has_room(node, stay)
            say("hands on its rows")
            try:
                jolokia.do(node.managed, "decommission(boolean)", True, seconds=86400)
            except OSError:
                pass  # It is asked how far it is.
        time.sleep(1)


def cleanup(*nodes):
    for node in map(Node, nodes):
        for name, _ in node.keyspaces():
            say(f"{node}: {name}")
            jolokia.do(node.managed, "forceKeyspaceCleanup(int,java.lang.String,[Ljava.lang.String;)", 2, name, [], seconds=86400)


def repair(*nodes):
    for node in map(Node, nodes):
        for name, copies in node.keyspaces():
            if copies > 1:
                say(f"{node}: {name}")
                jolokia.repair(node.managed, name)
    say("all copies are alike")


try:
    {"decommission": decommission, "cleanup": cleanup, "repair": repair}[sys.argv[1]](*sys.argv[2].split())
except (jolokia.Failed, cql.Refused, OSError) as problem:
    refuse(str(problem))
