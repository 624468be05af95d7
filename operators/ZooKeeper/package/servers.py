"""The table of servers, as the ensemble counts them. $1 where clients reach the one that answers: HOST:PORT."""
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import zookeeper  # noqa: E402

EPOCH = 1 << 32


def of(server):
    """Nobody's session is made for it."""
    number, address = server
    client = zookeeper.client(address)
    state = dict(line.split(": ", 1) for line in zookeeper.word(client, "srvr").splitlines() if ": " in line)
    measures = zookeeper.measures(client)
    return {
        "server": f"server-{number - 1}", "address": client, "role": measures.get("zk_server_state", "silent"),
        "seen": int(state["Zxid"], 16) if "Zxid" in state else None,
        "connections": measures.get("zk_num_alive_connections"), "waiting": measures.get("zk_outstanding_requests"), "nodes": measures.get("zk_znode_count"),
        "bytes": measures.get("zk_approximate_data_size"), "latency": measures.get("zk_avg_latency"),
    }


def whole(value):
    return None if value is None else float(value) if "." in value else int(value)


ensemble = zookeeper.Ensemble(zookeeper.word(sys.argv[1], "conf"))
if not ensemble.servers:
    sys.exit("the server that was asked is in no ensemble that has a leader")
with ThreadPoolExecutor(len(ensemble.servers)) as pool:
    rows = list(pool.map(of, sorted(ensemble.servers.items())))
leading = next((row["seen"] for row in rows if row["role"] == "leader"), None)
for row in rows:
    seen = row.pop("seen")
    # Changes are counted anew by each leader.
    row["behind"] = None if seen is None or leading is None or seen // EPOCH != leading // EPOCH else max(0, leading - seen)
    for name in ("connections", "waiting", "nodes", "bytes", "latency"):
        row[name] = whole(row[name])
    print(json.dumps({name: value for name, value in row.items() if value is not None}))
