"""As much of Cassandra's native protocol (version 4) as it takes to sign in and to say a statement, with what is on every host."""
import socket
import ssl
import struct

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY, RESULT, AUTH_RESPONSE, AUTH_SUCCESS = 0, 1, 2, 3, 5, 6, 7, 8, 15, 16
ONE, QUORUM = 1, 4
# By which a node tells these connections from people's.
DRIVER = "platform"


class Refused(Exception):
    def __init__(self, text, code=0):
        super().__init__(text)
        self.code = code

    @property
    def is_wrong_password(self):
        """A node that can't ask who somebody is answers with the same code."""
        return self.code == 0x100 and "incorrect" in str(self)


class Session:
    def __init__(self, host, port, authority=None, timeout=10):
        plain = socket.create_connection((host, int(port)), timeout)
        if authority:
            context = ssl.create_default_context(cafile=authority)
            # The certificate is the cluster's own and names no host.
            context.check_hostname = False
            plain = context.wrap_socket(plain)
        self.stream = plain

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stream.close()

    def options(self):
        return self._call(OPTIONS, b"")[0] == SUPPORTED

    def sign_in(self, user, password):
        options = ("CQL_VERSION", "3.0.0"), ("DRIVER_NAME", DRIVER)
        operation, _ = self._call(STARTUP, struct.pack(">H", len(options)) + b"".join(_text(text) for option in options for text in option))
        if operation == AUTHENTICATE:
            token = b"\0" + user.encode() + b"\0" + password.encode()
            operation, _ = self._call(AUTH_RESPONSE, struct.pack(">i", len(token)) + token)
        if operation not in (READY, AUTH_SUCCESS):
            raise Refused(f"signing in was answered with {operation}")
        return self

    def say(self, statement, consistency=QUORUM):
        """The rows of the answer, each a list of bytes."""
        text = statement.encode()
        operation, body = self._call(QUERY, struct.pack(">i", len(text)) + text + struct.pack(">HB", consistency, 0))
        return _rows(body) if operation == RESULT else []

    def _call(self, operation, body):
        self.stream.sendall(struct.pack(">BBhBi", 4, 0, 0, operation, len(body)) + body)
        _, _, _, answered, length = struct.unpack(">BBhBi", self._read(9))
        body = self._read(length)
        if answered == ERROR:
            code, size = struct.unpack_from(">iH", body)
            raise Refused(body[6:6 + size].decode(errors="replace"), code)
        return answered, body

    def _read(self, count):
        parts = b""
        while len(parts) < count:
            part = self.stream.recv(count - len(parts))
            if not part:
                raise ConnectionError("the node closed the connection")
            parts += part
        return parts


def _text(value):
    return struct.pack(">H", len(value)) + value.encode()


def _rows(body):
    (kind,) = struct.unpack_from(">i", body)
    if kind != 2:
        return []
    flags, columns = struct.unpack_from(">ii", body, 4)
    at = 12

    def text(at):
        (size,) = struct.unpack_from(">H", body, at)
        return at + 2 + size

    def option(at):
        (kind,) = struct.unpack_from(">H", body, at)
        at += 2
        if kind == 0:
            return text(at)
        if kind in (0x20, 0x22):
            return option(at)
        if kind == 0x21:
            return option(option(at))
        return at

    if flags & 1:
        at = text(text(at))
    for _ in range(columns):
        if not flags & 1:
            at = text(text(at))
        at = option(text(at))
    (count,) = struct.unpack_from(">i", body, at)
    at += 4
    rows = []
    for _ in range(count):
        row = []
        for _ in range(columns):
            (size,) = struct.unpack_from(">i", body, at)
            at += 4
            row.append(None if size < 0 else body[at:at + size])
            at += max(size, 0)
        rows.append(row)
    return rows


def entries(held):
    """Of a map of texts."""
    (count,) = struct.unpack_from(">i", held)
    at, parts = 4, []
    for _ in range(2 * count):
        (size,) = struct.unpack_from(">i", held, at)
        parts.append(held[at + 4:at + 4 + size].decode())
        at += 4 + size
    return dict(zip(parts[::2], parts[1::2]))
