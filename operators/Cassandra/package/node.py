"""A node as those see it who manage the cluster."""
import os
import sys

import cql
import jolokia

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

    def __str__(self):
        return f"{self.host}:{self.port}"

    def session(self, timeout=10):
        return cql.Session(self.host, self.port, AUTHORITY, timeout).sign_in("admin", os.environ["CASSANDRA_ADMIN_PASSWORD"])

    def ask(self, statement):
        with self.session() as session:
            return session.say(statement, cql.ONE)

    def replications(self):
        """How people's keyspaces are copied, by their names."""
        for name, replication in self.ask("SELECT keyspace_name, replication FROM system_schema.keyspaces"):
            name = name.decode()
            if not name.startswith("system"):
                yield name, cql.entries(replication)

    def keyspaces(self):
        """People's, each with the most copies that it has in one data centre."""
        for name, replication in self.replications():
            yield name, max(copies(replication).values(), default=1)

    def held(self):
        """Bytes of its files."""
        return jolokia.call(self.managed, type="read", mbean="org.apache.cassandra.metrics:type=Storage,name=Load", attribute="Count")

    def missed(self):
        """Nodes of the ring that it can't reach. Those that went for good are listed among the others for three days."""
        return sorted(set(jolokia.read(self.managed, "UnreachableNodesWithPort")) & jolokia.read(self.managed, "EndpointWithPortToHostId").keys())


def copies(replication):
    return {place: int(count.split("/")[0]) for place, count in replication.items() if place != "class"}
