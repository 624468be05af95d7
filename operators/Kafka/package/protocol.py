"""Kafka's own protocol, as far as this package's programs speak it. INTERNAL holds the password of the brokers among each other."""
import os
import socket
import struct

PATIENCE_SECONDS = 15
PATIENCE_MILLISECONDS = 30_000
# It takes too long, or brokers or the controller are missing.
PASSING = {7, 8, 38, 41}
# What Kafka says in words with most of its errors, but not with these.
UNSAID = {3: "This server does not host this topic-partition.", 7: "The request timed out.", 41: "This is not the correct controller for this cluster."}


class Refused(Exception):
    pass


class NotYet(Refused):
    """Of a cluster that is still coming up."""


class Reader:
    """What Kafka answers. Of a compact answer, which newer requests have, lengths are written otherwise and each record ends with tags."""

    def __init__(self, data, compact):
        self.data, self.at, self.compact = data, 0, compact

    def number(self, form):
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(form)
        return value

    def varint(self):
        value = shift = 0
        while True:
            byte = self.data[self.at]
            self.at += 1
            value |= (byte & 0x7F) << shift
            if byte < 0x80:
                return value
            shift += 7

    def text(self):
        length = self.varint() - 1 if self.compact else self.number("h")
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at].decode()

    def items(self, read):
        return [read() for _ in range(self.varint() - 1 if self.compact else self.number("i"))]

    def tags(self):
        if self.compact:
            for _ in range(self.varint()):
                self.varint()
                length = self.varint()
                self.at += length


def number(form, value):
    return struct.pack(">" + form, value)


def varint(value):
    written = b""
    while value >= 0x80:
        written += bytes([value & 0x7F | 0x80])
        value >>= 7
    return written + bytes([value])


def text(value):
    return number("h", -1) if value is None else number("h", len(value.encode())) + value.encode()


def items(values):
    return number("i", len(values)) + b"".join(values)


def compact_text(value):
    return varint(len(value.encode()) + 1) + value.encode()


def compact_bytes(value):
    return varint(len(value) + 1) + value


def compact_items(values):
    return varint(len(values) + 1) + b"".join(values)


NO_TAGS = varint(0)


class Broker:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), PATIENCE_SECONDS)
        # A request may take as long as Kafka is told to take for it.
        self.socket.settimeout(PATIENCE_SECONDS + PATIENCE_MILLISECONDS / 1000)
        self.asked = 0
        handshake = self.ask(17, 1, text("PLAIN"))
        if handshake.number("h"):
            raise Refused("the broker takes no password")
        token = f"\0internal\0{os.environ['INTERNAL']}".encode()
        signed = self.ask(36, 0, number("i", len(token)) + token)
        if signed.number("h"):
            raise Refused(signed.text() or "the broker does not know the password")

    def ask(self, api, version, body, compact=False):
        self.asked += 1
        request = number("h", api) + number("h", version) + number("i", self.asked) + text("platform") + (NO_TAGS if compact else b"") + body
        self.socket.sendall(number("i", len(request)) + request)
        (length,) = struct.unpack(">i", self.receive(4))
        reader = Reader(self.receive(length), compact)
        reader.number("i")
        reader.tags()
        return reader

    def receive(self, length):
        got = b""
        while len(got) < length:
            part = self.socket.recv(length - len(got))
            if not part:
                raise NotYet("the broker ended the connection")
            got += part
        return got


class Cluster:
    def __init__(self, servers):
        self.known = {}
        self.first = None
        for server in servers.split(","):
            host, port = server.rsplit(":", 1)
            try:
                self.first = Broker(host, int(port))
                break
            except OSError as gone:
                why = f"{server} does not answer: {gone}"
        if self.first is None:
            raise NotYet(why)
        self.learn()

    def learn(self):
        """Brokers and topics, as the one that is asked knows them."""
        answer = self.first.ask(3, 5, number("i", -1) + number("?", False))
        answer.number("i")
        self.brokers = {node: (host, port) for node, host, port, _ in answer.items(lambda: (answer.number("i"), answer.text(), answer.number("i"), answer.text()))}
        answer.text(), answer.number("i")

        def partition():
            return answer.number("h"), answer.number("i"), answer.number("i"), answer.items(lambda: answer.number("i")), answer.items(lambda: answer.number("i")), answer.items(lambda: answer.number("i"))

        self.topics = {}
        for _, name, internal, partitions in answer.items(lambda: (answer.number("h"), answer.text(), answer.number("?"), answer.items(partition))):
            self.topics[name] = {"internal": internal, "partitions": {index: {"leader": leader, "replicas": len(replicas), "short": len(alike) < len(replicas)} for _, index, leader, replicas, alike, _ in partitions}}

    def broker(self, node):
        if node not in self.known:
            self.known[node] = Broker(*self.brokers[node])
        return self.known[node]


def refusal(wrong, why):
    return (NotYet if wrong in PASSING else Refused)(why or UNSAID.get(wrong, f"Kafka refuses it with its error {wrong}"))
