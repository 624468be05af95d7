"""Starts a node: whom it asks to join, then the server, then that nobody gets in but with the cluster's own password. The arguments are the server's command."""
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import cql  # noqa: E402
import jolokia  # noqa: E402
import saving  # noqa: E402

INDEX, HOST, CQL_PORT = os.environ["NODE"], os.environ["NODE_HOST"], os.environ["CQL_PORT"]
AUTHORITY = os.environ.get("AUTHORITY") or None
PASSWORD = os.environ["CASSANDRA_ADMIN_PASSWORD"]
MEETING = os.environ["MEETING"]
OWN, MANAGED = f"{HOST}:{os.environ['STORAGE_PORT']}", f"{HOST}:{os.environ['JOLOKIA_PORT']}"
BEGUN, JOINED, TAKES_PLACE, KNOWN, PREPARED = "data/begun", "data/joined", "data/takes-place", "data/password", "prepared"
MOST_SEEDS = 3
# Of roles each node has all: it tells alone who may sign in. More nodes than this there are not.
COPIES_OF_ROLES = 100


def say(text):
    print(f"keeper: {text}", file=sys.stderr, flush=True)


def answers(address):
    host, port = address.rsplit(":", 1)
    try:
        socket.create_connection((host, int(port)), 1).close()
        return True
    except OSError:
        return False


def known_nodes():
    """By number, where each node was when it began last: what nodes say to each other, and where it is managed. All see the lake, where each of them says it."""
    found = {}
    try:
        for number in sorted(os.listdir(MEETING)):
            if number.isdigit():
                with open(os.path.join(MEETING, number)) as file:
                    found[number] = tuple(file.read().split())
    except FileNotFoundError:
        pass
    return found


def seeds():
    """Who is asked: of a node that joined once those that are usually there, of one that did not somebody who is there now. Only the first of a new cluster asks itself."""
    nodes = known_nodes()
    if os.path.exists(JOINED):
        return [OWN, *(address for number, (address, _) in nodes.items() if number != INDEX)][:MOST_SEEDS]
    said = False
    while True:
        nodes = known_nodes()
        there = [address for number, (address, _) in nodes.items() if number != INDEX and answers(address)]
        if there:
            return there[:MOST_SEEDS]
        if INDEX == "0" and not (nodes.keys() - {INDEX}):
            return [OWN]
        if not said:
            say("waits for a node of the cluster that is up, to join it")
            said = True
        time.sleep(0.3)


def forget():
    """A node whose files are gone comes back as another: the others are told first that they have lost it, and make what it had from their copies.
    By `replace_address` it can't be done, which tells nodes by host alone: several may share one."""
    former = known_nodes().get(INDEX)
    if former is None or len(known_nodes()) == 1:
        return
    said = None
    while True:
        for number, (_, managed) in known_nodes().items():
            if number == INDEX:
                continue
            try:
                if jolokia.read(managed, "OperationMode") != "NORMAL":
                    continue
                known = jolokia.read(managed, "EndpointWithPortToHostId").get(former[0])
                if known is None:
                    return
                if said is None:
                    said = f"its files are gone: the others are told to go on without what was at {former[0]}"
                    say(said)
                open(TAKES_PLACE, "w").close()
                # It is refused while they think that it is there, and while another is being forgotten.
                jolokia.do(managed, "removeNode(java.lang.String)", known, seconds=86400)
            except jolokia.Failed as problem:
                if str(problem) != said:
                    said = str(problem)
                    say(said)
            except OSError:
                pass
        time.sleep(0.5)


def arrive():
    os.makedirs(MEETING, exist_ok=True)
    with open(os.path.join(MEETING, f".{INDEX}"), "w") as file:
        file.write(f"{OWN} {MANAGED}\n")
    os.replace(os.path.join(MEETING, f".{INDEX}"), os.path.join(MEETING, INDEX))
    try:
        os.remove(os.path.join(MEETING, f"{INDEX}.ended"))
    except FileNotFoundError:
        pass


def depart():
    """Of a cluster of which nothing runs any more there is nothing to be said."""
    try:
        open(os.path.join(MEETING, f"{INDEX}.ended"), "w").close()
        if all(os.path.exists(os.path.join(MEETING, f"{number}.ended")) for number in known_nodes()):
            shutil.rmtree(MEETING)
            os.rmdir(os.path.dirname(MEETING))
    except OSError:
        pass


def configure():
    with open("cassandra.yaml.parts") as parts:
        text = parts.read().replace("SEEDS", ",".join(seeds()))
    with open("cassandra.yaml", "w") as whole:
        whole.write(text)
    with open("jolokia.properties", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as properties:
        properties.write(f"host={HOST}\nport={os.environ['JOLOKIA_PORT']}\nuser=platform\npassword={os.environ['INTERNAL']}\ndiscoveryEnabled=false\n")


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def session(user, password):
    return cql.Session(HOST, CQL_PORT, AUTHORITY).sign_in(user, password)


def known():
    try:
        with open(KNOWN) as file:
            return file.read()
    except FileNotFoundError:
        return None


def lets_in(user, password):
    try:
        session(user, password).__exit__()
        return True
    except cql.Refused:
        return False


def prepare():
    """The superuser that every Cassandra begins with has a password that everybody knows: it makes another, which locks it."""
    former = []
    try:
        admin = session("admin", PASSWORD)
    except cql.Refused as refused:
        if not refused.is_wrong_password:
            raise
        before = known()
        user, password = ("admin", before) if before and before != PASSWORD else ("cassandra", "cassandra")
        with session(user, password) as first:
            if user == "admin":
                first.say(f"ALTER ROLE admin WITH PASSWORD = {quoted(PASSWORD)}", cql.ONE)
            else:
                first.say(f"CREATE ROLE IF NOT EXISTS admin WITH PASSWORD = {quoted(PASSWORD)} AND LOGIN = true AND SUPERUSER = true", cql.ONE)
        former.append((user, password))
        admin = session("admin", PASSWORD)
    with admin:
        if [[b"\1"]] == admin.say("SELECT can_login FROM system_auth.roles WHERE role = 'cassandra'", cql.ONE):
            admin.say(f"ALTER ROLE cassandra WITH PASSWORD = {quoted(secrets.token_urlsafe(24))} AND LOGIN = false AND SUPERUSER = false", cql.ONE)
            former.append(("cassandra", "cassandra"))
        held = admin.say("SELECT replication FROM system_schema.keyspaces WHERE keyspace_name = 'system_auth'", cql.ONE)[0][0]
        # While it has but one node: whoever joins later is given all.
        if int(cql.entries(held).get("dc1", "1")) < COPIES_OF_ROLES:
            admin.say(f"ALTER KEYSPACE system_auth WITH replication = {{'class': 'NetworkTopologyStrategy', 'dc1': {COPIES_OF_ROLES}}}", cql.ONE)
    # The node remembers for a moment whom it let in.
    while any(lets_in(*each) for each in former):
        time.sleep(0.2)
    with open(KNOWN + ".new", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(PASSWORD)
    os.replace(KNOWN + ".new", KNOWN)


def compare():
    """It was given one copy of each row, which may be the one that missed what the lost node had confirmed."""
    if not os.path.exists(TAKES_PLACE):
        return
    with session("admin", PASSWORD) as admin:
        names = [name.decode() for name, in admin.say("SELECT keyspace_name FROM system_schema.keyspaces", cql.ONE)]
    for name in names:
        if not name.startswith("system"):
            say(f"compares its copies of {name} with the others'")
            jolokia.repair(MANAGED, name, all_ranges=True)
    os.remove(TAKES_PLACE)


def prepared(server):
    said = None
    while server.poll() is None:
        try:
            prepare()
            compare()
            open(JOINED, "w").close()
            open(PREPARED, "w").close()
            return
        except OSError:
            pass
        except (cql.Refused, jolokia.Failed, ConnectionError) as problem:
            if str(problem) != said:
                said = str(problem)
                say(said)
        time.sleep(0.2)


def main(command):
    os.makedirs("data", exist_ok=True)
    if os.path.exists(PREPARED):
        os.remove(PREPARED)
    server, ending = None, False

    def end(*_):
        nonlocal ending
        ending = True
        if server is None:
            sys.exit(143)
        server.terminate()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if not os.path.exists(BEGUN) and not os.path.exists(JOINED):
        forget()
        open(BEGUN, "w").close()
    configure()
    arrive()
    environment = {name: value for name, value in os.environ.items() if name not in ("CASSANDRA_ADMIN_PASSWORD", "INTERNAL")}
    server = subprocess.Popen(command, env=environment)
    if ending:
        server.terminate()
    prepared(server)
    while (status := server.poll()) is None:
        saving.look(INDEX, say)
        try:
            server.wait(1)
        except subprocess.TimeoutExpired:
            pass
    if ending:
        depart()
    return status if status >= 0 else 128 - status


sys.exit(main(sys.argv[1:]))
