"""Says to servers what keeper and operations ask of them: in ZooKeeper's own protocol, or one of its four letter words."""
import re
import socket
import struct

CREATE, DELETE, GET_DATA, SET_DATA, GET_ACL, SET_ACL, SYNC, GET_CHILDREN, RECONFIG, CREATE_CONTAINER, CLOSE, AUTH = 1, 2, 4, 5, 6, 7, 9, 12, 16, 19, -11, 100
AUTH_NUMBER = -4
SESSION_MILLISECONDS = 30_000
NO_CONNECTION, BAD_ARGUMENTS, NO_QUORUM, IN_PROGRESS, NO_NODE, NO_AUTHORITY, BAD_VERSION, EXISTS, NOT_EMPTY = -4, -8, -13, -14, -101, -102, -103, -110, -111
SAID = {
    BAD_ARGUMENTS: "it does not take such arguments", NO_QUORUM: "too few servers of the ensemble that would be are up to date", IN_PROGRESS: "another change of the ensemble is on its way",
    NO_NODE: "there is no such node", NO_AUTHORITY: "it does not know the cluster's password", BAD_VERSION: "it was changed by somebody else meanwhile", EXISTS: "the node is there already",
    NOT_EMPTY: "the node has children",
}
# What is below is the servers' own.
OWN = "/zookeeper"
CONFIG = "/zookeeper/config"
CONTAINER = -(1 << 63)


class Refused(Exception):
    def __init__(self, code, what):
        super().__init__(f"{what}: {SAID.get(code, f'error {code}')}")
        self.code = code


class Ensemble:
    """Which servers it has, by number, each with HOST:QUORUM:ELECTION:ROLE;HOST:CLIENT."""

    def __init__(self, text):
        self.servers = {int(number): address for number, address in re.findall(r"^server\.(\d+)=(.*?)\s*$", text, re.MULTILINE)}
        version = re.search(r"^version=([0-9a-f]+)", text, re.MULTILINE)
        self.version = int(version[1], 16) if version else 0

    @classmethod
    def of(cls, servers):
        ensemble = cls("")
        ensemble.servers = dict(servers)
        return ensemble

    def text(self):
        return "".join(f"server.{number}={address}\n" for number, address in sorted(self.servers.items()))


class Stat:
    def __init__(self, data, at):
        (self.created, self.modified, _, _, self.version, _, self.acl_version, self.owner, _, self.children, _) = struct.unpack_from(">qqqqiiiqiiq", data, at)


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def number(self, form="i"):
        (value,) = struct.unpack_from(">" + form, self.data, self.at)
        self.at += struct.calcsize(">" + form)
        return value

    def bytes(self):
        length = self.number()
        if length < 0:
            return None
        self.at += length
        return self.data[self.at - length:self.at]

    def text(self):
        return self.bytes().decode()

    def stat(self):
        return Stat(self.data, self.at)


def number(value, form="i"):
    return struct.pack(">" + form, value)


def data(value):
    return number(-1) if value is None else number(len(value)) + value


def text(value):
    return data(value if value is None else value.encode())


def acl(entries):
    return number(len(entries)) + b"".join(number(rights) + text(scheme) + text(who) for rights, scheme, who in entries)


class Session:
    """With one server, HOST:PORT; of the user who may do everything when the password is given."""

    def __init__(self, address, password=None, seconds=10):
        host, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((host, int(port)), min(seconds, 3))
        self.socket.settimeout(seconds)
        self.asked, self.last = 0, 0
        try:
            self.send(number(0) + number(0, "q") + number(SESSION_MILLISECONDS) + number(0, "q") + data(bytes(16)))
            self.receive()
            if password:
                self.ask(AUTH, number(0) + text("digest") + data(f"super:{password}".encode()), "signing in", AUTH_NUMBER)
        except BaseException:
            self.socket.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.ask(CLOSE, b"", "the end of the session")
        except (OSError, Refused):
            pass
        self.socket.close()

    def ask(self, kind, request, what, own_number=None):
        self.asked += 1
        asked = self.asked if own_number is None else own_number
        self.send(number(asked) + number(kind) + request)
        while True:
            answer = Reader(self.receive())
            answered, last, code = answer.number(), answer.number("q"), answer.number()
            if answered == asked:
                # Which change the server had seen last.
                self.last = max(self.last, last)
                if code:
                    raise Refused(code, what)
                return answer

    def get(self, path):
        answer = self.ask(GET_DATA, text(path) + b"\0", path)
        return answer.bytes(), answer.stat()

    def children(self, path):
        answer = self.ask(GET_CHILDREN, text(path) + b"\0", path)
        return [answer.text() for _ in range(answer.number())]

    def acl(self, path):
        answer = self.ask(GET_ACL, text(path), path)
        return [[answer.number(), answer.text(), answer.text()] for _ in range(answer.number())]

    def ensemble(self):
        return Ensemble(self.get(CONFIG)[0].decode())

    def change(self, what, joining=None, leaving=None, members=None, version=-1):
        """Of the ensemble; with all members when it still has that version."""
        return Ensemble(self.ask(RECONFIG, text(joining) + text(leaving) + text(members) + number(version, "q"), what).text())

    def send(self, request):
        self.socket.sendall(number(len(request)) + request)

    def receive(self):
        (length,) = struct.unpack(">i", self.exactly(4))
        return self.exactly(length)

    def exactly(self, length):
        received = bytearray()
        while len(received) < length:
            part = self.socket.recv(length - len(received))
            if not part:
                raise ConnectionError("the server ended the connection")
            received += part
        return bytes(received)


def any_of(addresses, password):
    """The first that answers."""
    problem = OSError("no server can be reached")
    for address in addresses:
        try:
            return Session(address, password, seconds=60)
        except (OSError, Refused) as other:
            problem = other
    raise problem


def word(address, said, seconds=2):
    """What a server answers to one of its four letter words; nothing when it can't be asked."""
    host, port = address.rsplit(":", 1)
    try:
        with socket.create_connection((host, int(port)), seconds) as connection:
            connection.settimeout(seconds)
            connection.sendall(said.encode())
            answer = b""
            while part := connection.recv(1 << 16):
                answer += part
            return answer.decode(errors="replace")
    except (OSError, ValueError):
        return ""


def is_lasting(stat):
    """Not what ends with a session. A container, which ends when nothing is below it, has this in the place of a session."""
    return stat.owner in (0, CONTAINER)


def client(address):
    """Where clients are answered by who has such an address in the ensemble."""
    return address.split(";")[1]


def measures(address):
    """What the server says of itself, by name."""
    return dict(line.split("\t", 1) for line in word(address, "mntr").splitlines() if "\t" in line)
