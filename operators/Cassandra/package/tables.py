"""What people want to see of the cluster, a row a line: its keyspaces, or who is connected. The arguments say which, and where this node is."""
import json
import os
import socket
import struct
import sys

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
from node import copies  # noqa: E402

WHAT, HOST, PORT, TLS = sys.argv[1:]
AUTHORITY = "tls/authority.pem" if TLS == "true" else None


def asked(host, port, *statements):
    with cql.Session(host, port, AUTHORITY, 5).sign_in("admin", os.environ["CASSANDRA_ADMIN_PASSWORD"]) as session:
        return [session.say(statement, cql.ONE) for statement in statements]


def text(value):
    return value.decode() if value is not None else ""


def keyspaces():
    found, sizes = asked(
        HOST, PORT, "SELECT keyspace_name, replication FROM system_schema.keyspaces", "SELECT keyspace_name, mebibytes FROM system_views.disk_usage"
    )
    for name, replication in found:
        name = name.decode()
        if not name.startswith("system"):
            held = [struct.unpack(">q", mebibytes)[0] for keyspace, mebibytes in sizes if keyspace.decode() == name]
            yield {
                "keyspace": name, "copies": ", ".join(f"{count} in {place}" if place.startswith("dc") else str(count) for place, count in copies(cql.entries(replication)).items()),
                "tables": len(held), "bytes": sum(held) << 20,
            }


def clients():
    """Of all nodes that answer; what the platform asks itself is left out."""
    (peers,) = asked(HOST, PORT, "SELECT native_address, native_port FROM system.peers_v2")
    nodes = [(HOST, int(PORT))] + [(address(own), struct.unpack(">i", port)[0]) for own, port in peers if own is not None]
    for host, port in nodes:
        try:
            (rows,) = asked(host, port, "SELECT address, username, driver_name, driver_version, keyspace_name, request_count, ssl_enabled FROM system_views.clients")
        except OSError:
            continue
        for own, user, driver, version, keyspace, requests, encrypted in rows:
            if text(driver) != cql.DRIVER:
                yield {
                    "node": f"{host}:{port}", "client": address(own), "user": text(user), "driver": f"{text(driver)} {text(version)}".strip(), "keyspace": text(keyspace),
                    "requests": struct.unpack(">q", requests)[0], "encrypted": "yes" if encrypted == b"\1" else "no",
                }


def address(packed):
    return socket.inet_ntop(socket.AF_INET if len(packed) == 4 else socket.AF_INET6, packed)


try:
    for row in {"keyspaces": keyspaces, "clients": clients}[WHAT]():
        print(json.dumps(row))
except (cql.Refused, OSError) as problem:
    sys.exit(str(problem))
