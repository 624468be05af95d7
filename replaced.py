"""Writes the address of the node in whose place this one comes: the one that the others miss and that is none of today's. Arguments: this node's number. Nothing when nobody is missed."""
import os
import sys

import control

index = sys.argv[1]
nodes = control.peers()
others = {f"{host}:{storage}" for number, host, storage, _ in nodes if number != index}
for number, host, _, port in nodes:
    if number == index:
        continue
    try:
        missed = control.Node(host, port, os.environ["CONTROL"]).read("UnreachableNodesWithPort")
    except (OSError, control.Failed):
        continue
    missed = [each.lstrip("/") for each in missed if each.lstrip("/") not in others]
    if len(missed) > 1:
        sys.exit(f"the others miss {', '.join(missed)}: which of them this node replaces is not known")
    print(*missed)
    break
