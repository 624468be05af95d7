"""Makes all copies alike, each node the rows that it holds first, one node after another."""
import os
import sys
import time

import control

IN_PROGRESS, COMPLETED = "IN_PROGRESS", "COMPLETED"

for number, host, _, port in control.peers():
    node = control.Node(host, port, os.environ["CONTROL"])
    for keyspace in node.read("NonLocalStrategyKeyspaces"):
        command = node.execute("repairAsync", keyspace, {"primaryRange": "true", "incremental": "false"})
        # Nothing to be done has no number.
        while command:
            status, *said = node.execute("getParentRepairStatus", command) or [IN_PROGRESS]
            if status == COMPLETED:
                break
            if status != IN_PROGRESS:
                sys.exit(f"node-{number}, keyspace {keyspace}: {said[-1] if said else status}")
            time.sleep(0.5)
    print(f"node-{number} is repaired", file=sys.stderr, flush=True)
