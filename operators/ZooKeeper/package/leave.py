"""Takes a server out of the ensemble before it ends, asked again until it is done. $1 its number, $2 where clients reach servers: HOST:PORT with spaces between."""
import os
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import zookeeper  # noqa: E402
from zookeeper import Refused, Session  # noqa: E402

PATIENCE_SECONDS = 30
PASSING = {zookeeper.IN_PROGRESS, zookeeper.NO_QUORUM, zookeeper.NO_AUTHORITY, zookeeper.NO_CONNECTION}


def staying(ensemble, number):
    """Those that would have to agree without it, and how many of them are there to do so."""
    rest = [address for other, address in ensemble.servers.items() if other != number]
    there = [address for address in rest if zookeeper.measures(zookeeper.client(address)).get("zk_server_state") in ("leader", "follower")]
    return len(rest), len(there)


def met(number):
    """Where clients reach the others that said where they are."""
    found = []
    try:
        for name in sorted(os.listdir(os.environ["MEETING"])):
            if name.isdigit() and int(name) != number:
                with open(os.path.join(os.environ["MEETING"], name)) as file:
                    found.append(zookeeper.client(file.read().strip()))
    except (OSError, IndexError):
        pass
    return found


def leave(number, addresses):
    until, problem = time.monotonic() + PATIENCE_SECONDS, "none of those that stay can be reached"
    while time.monotonic() < until:
        for address in addresses:
            try:
                with Session(address, os.environ["SUPER_PASSWORD"], seconds=5) as session:
                    ensemble = session.ensemble()
                    if number not in ensemble.servers:
                        return True
                    rest, there = staying(ensemble, number)
                    if there <= rest // 2:
                        problem = f"of the {rest} servers that would stay {there} are in the ensemble, and more than half of them must be"
                        continue
                    session.change("its going", leaving=str(number))
            except Refused as refused:
                if refused.code not in PASSING:
                    raise
                problem = str(refused)
            except OSError as lost:
                # Where it led, another leads now; it is looked at what became of it.
                problem = f"{address}: {lost}"
        time.sleep(0.2)
    sys.exit(f"server {number} stays in the ensemble: {problem}")


try:
    leave(int(sys.argv[1]), dict.fromkeys([*sys.argv[2].split(), *met(int(sys.argv[1]))]))
    # Nobody asks for it any more, nor begins with it.
    for name in (sys.argv[1], "." + sys.argv[1], "founding"):
        if os.path.exists(os.path.join(os.environ["MEETING"], name)):
            os.remove(os.path.join(os.environ["MEETING"], name))
    print(f"server {sys.argv[1]} is no longer of the ensemble", file=sys.stderr)
except Refused as refused:
    sys.exit(str(refused))
