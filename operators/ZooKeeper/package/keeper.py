"""Runs a server: it begins an ensemble, joins one or comes back to it, and is found by the others. The arguments are the server's command.

Which servers belong to the ensemble is known by the ensemble itself, and kept by each server on its volume. Where they are the others find in a folder of the lake: whoever begins needs
it, and those who come back elsewhere all at once, as after parking. Those with which a cluster is launched found the ensemble together when all are there soon: the first writes down once who they are.
"""
import base64
import hashlib
import os
import re
import shutil
import signal
import subprocess
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
import zookeeper  # noqa: E402
from zookeeper import Ensemble, Refused, Session  # noqa: E402

NUMBER = int(os.environ["SERVER"])
FIRST = 1
OWN = os.environ["OWN_ADDRESS"]
PASSWORD = os.environ["SUPER_PASSWORD"]
MEETING = os.environ["MEETING"]
SETTINGS, JOINED, LOG, SERVES = "data/zoo.cfg", "data/joined", "data/version-2", "serves"
# What ZooKeeper writes while a change of the ensemble is not agreed on yet.
COMING = "data/zoo.cfg.dynamic.next"
# Who they are that begin together. It is gone when all of them have begun, and is nothing to one that has.
FOUNDING, CANDIDATE = os.path.join(MEETING, "founding"), "candidate-"
LAUNCHED = int(os.environ["LAUNCHED_SERVERS"])
FOUNDING_SECONDS, MOVED_SECONDS, REMOVED_SECONDS = 10, 10, 20
FOUNDS_LOOKS_SECONDS, LOOKS_SECONDS = 0.02, 0.1
server, ending = None, False


def say(text):
    print(f"keeper: {text}", file=sys.stderr, flush=True)


def written(path, text):
    with open(path + ".part", "w", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(path + ".part", path)


def read(path):
    try:
        with open(path) as file:
            return file.read()
    except OSError:
        return ""


def met(prefix=""):
    """By number, where each server of the ensemble was when it began last."""
    found = {}
    try:
        for name in os.listdir(MEETING):
            if name.startswith(prefix) and name[len(prefix):].isdigit() and (address := read(os.path.join(MEETING, name)).strip()):
                found[int(name[len(prefix):])] = address
    except OSError:
        pass
    return found


def begun():
    """The numbers of servers that have begun; nothing when that can't be seen: whoever takes itself for the first of an ensemble that is there would be another one."""
    try:
        return {int(name) for name in os.listdir(MEETING) if name.isdigit()}
    except FileNotFoundError:
        return set()
    except OSError:
        return None


def nobody_is_met():
    return (there := begun()) is not None and there <= {NUMBER}


def arrive(prefix=""):
    """Whether the others can read it."""
    try:
        os.makedirs(MEETING, exist_ok=True)
        if met(prefix).get(NUMBER) != OWN:
            tell(f"{prefix}{NUMBER}", OWN + "\n")
        return True
    except OSError as problem:
        say(f"where it is can't be said in the lake: {problem}")
        return False


def tell(name, text):
    """All servers can read it, whichever user their hosts run them as."""
    with open(os.path.join(MEETING, f".{name}"), "w") as file:
        file.write(text)
    os.replace(os.path.join(MEETING, f".{name}"), os.path.join(MEETING, name))


def forget(name):
    try:
        os.remove(os.path.join(MEETING, name))
    except OSError:
        pass


def kept_file():
    """Of the ensemble as this server knew it last. ZooKeeper writes another with each change, and names it in its settings."""
    found = re.search(r"^dynamicConfigFile=(.+?)\s*$", read(SETTINGS), re.MULTILINE)
    return "data/" + os.path.basename(found[1]) if found else None


def kept():
    return Ensemble(read(kept_file() or ""))


def keep(ensemble, file="data/zoo.cfg.dynamic"):
    written(file, ensemble.text())
    digest = base64.b64encode(hashlib.sha1(f"super:{PASSWORD}".encode()).digest()).decode()
    written(SETTINGS, f"{read('zoo.cfg')}DigestAuthenticationProvider.superDigest=super:{digest}\ndynamicConfigFile={file}\n")


def told(others):
    """The ensemble as one of these says that it is; nothing when none is in it. No session is made for it: those count as work."""
    for number, address in others.items():
        ensemble = Ensemble(zookeeper.word(zookeeper.client(address), "conf"))
        # Where one of them was once, one of another cluster may be now.
        if ensemble.servers.get(number) == address:
            return ensemble
    return None


def ask(others, what, **change):
    """One who knows the password. What is refused may be taken by the next, or later."""
    refused = None
    for address in others:
        try:
            with Session(zookeeper.client(address), PASSWORD) as session:
                session.change(what, **change)
                return None
        except (OSError, Refused) as problem:
            refused = problem
    return refused


def others():
    return {number: address for number, address in sorted(met().items()) if number != NUMBER}


def found():
    """Whether it is one of those with which the ensemble begins, and all of them know of each other. It is none of them once it has begun: it may have confirmed something since."""
    if LAUNCHED == 1 or not arrive(CANDIDATE):
        return False
    until = time.monotonic() + FOUNDING_SECONDS
    while True:
        # Who they are is written before any of them begins.
        there = begun()
        founding = Ensemble(read(FOUNDING))
        if there is None or NUMBER in there or there and not founding.servers:
            return False
        if founding.servers:
            break
        if NUMBER == FIRST:
            candidates = Ensemble.of(met(CANDIDATE))
            if len(candidates.servers) == LAUNCHED:
                tell("founding", candidates.text())
            elif time.monotonic() > until:
                return False
        time.sleep(FOUNDS_LOOKS_SECONDS)
    if NUMBER not in founding.servers:
        return False
    keep(founding)
    written(JOINED, "")
    # What it confirms from now on counts: it must not begin once more without it.
    while not arrive():
        time.sleep(LOOKS_SECONDS)
    come_back()
    return True


def begin():
    """Of a volume on which no server of the ensemble has been. Without others it is the ensemble; with others it is one of theirs when they have taken it in."""
    if os.path.exists(LOG) and not os.path.exists(SETTINGS):
        sys.exit("keeper: the data is of an ensemble that this package has not made, in which servers were fixed; it is left as it is")
    shutil.rmtree(LOG, ignore_errors=True)
    for name in os.listdir("data"):
        if name.startswith("zoo.cfg"):
            os.remove(os.path.join("data", name))
    said = None
    if NUMBER <= LAUNCHED and found():
        return
    while True:
        members = others()
        if NUMBER == FIRST and nobody_is_met() and not os.path.exists(FOUNDING) and arrive():
            keep(Ensemble.of({NUMBER: OWN}))
            written(JOINED, "")
            return
        # The first, alone: it is all of the ensemble, whether it serves yet or not.
        first_alone = list(members) == [FIRST] and not os.path.exists(FOUNDING)
        ensemble = Ensemble.of(members) if first_alone else told(members)
        if ensemble is not None and not first_alone and NUMBER in ensemble.servers:
            # What it had confirmed is gone with its volume: the others must agree without it before it is asked again.
            problem = ask(members.values(), "its going", leaving=str(NUMBER))
            text = f"the ensemble still counts on what it lost: {problem}" if problem else "its volume is new: the ensemble goes on without what it had, and takes it in again"
            ensemble = None
        elif ensemble is not None:
            # With nobody else who is not in it yet: such two could agree on something by themselves.
            ensemble.servers[NUMBER] = OWN
            keep(ensemble)
            return
        else:
            text = "waits for a server of the ensemble that is up, to join it"
        if text != said:
            say(text)
            said = text
        time.sleep(LOOKS_SECONDS)


def at(ensemble, places):
    """The same servers where they are now."""
    for number in ensemble.servers:
        ensemble.servers[number] = places.get(number, ensemble.servers[number])
    return ensemble


def come_back():
    """Of a volume that holds what the server has confirmed. Where it is now may be elsewhere, and then the others may be as well."""
    arrive()
    known = kept()
    if not known.servers:
        sys.exit("keeper: which servers the ensemble has is gone from the volume, and without that it could take itself for all of them")
    if NUMBER not in known.servers:
        # Who is taken out is ended in a moment.
        say("the ensemble, as it knew it last, is without it")
        time.sleep(REMOVED_SECONDS)
        ensemble = told(others()) or at(known, others())
        ensemble.servers[NUMBER] = OWN
        if os.path.exists(COMING):
            os.remove(COMING)
        return keep(ensemble)
    if known.servers[NUMBER] != OWN:
        until = time.monotonic() + MOVED_SECONDS
        while time.monotonic() < until:
            places = others()
            ensemble = told(places)
            if ensemble is not None and NUMBER in ensemble.servers:
                # They serve without it: all of them know where it will be before it is there.
                if ensemble.servers[NUMBER] == OWN:
                    break
                ensemble.servers[NUMBER] = OWN
                if ask(places.values(), "its new place", members=ensemble.text(), version=ensemble.version) is None:
                    break
            elif all(places.get(number, address) != address for number, address in known.servers.items() if number != NUMBER):
                break
            time.sleep(LOOKS_SECONDS)
    find_others(known)


def find_others(known):
    places = met() | {NUMBER: OWN}
    if os.path.exists(COMING):
        proposed = Ensemble(read(COMING))
        written(COMING, at(proposed, places).text() + f"version={proposed.version:x}\n")
    keep(at(known, places), kept_file())


def is_in():
    return zookeeper.measures(zookeeper.client(OWN)).get("zk_server_state") in ("leader", "follower")


def take_part(said):
    """Whether all know that it is one of them, and where."""
    ensemble = Ensemble(zookeeper.word(zookeeper.client(OWN), "conf"))
    if not ensemble.servers:
        return said
    if ensemble.servers.get(NUMBER) != OWN:
        # From now on it may be counted on.
        written(JOINED, "")
        arrive()
        problem = ask([OWN, *others().values()], "its coming", joining=f"server.{NUMBER}={OWN}")
        if problem and str(problem) != said:
            say(str(problem))
        return str(problem)
    written(JOINED, "")
    arrive()
    written(SERVES, "")
    forget(f"{CANDIDATE}{NUMBER}")
    if set(Ensemble(read(FOUNDING)).servers) <= met().keys():
        forget("founding")
    say("is in the ensemble: " + ", ".join(f"{number} at {address}" for number, address in sorted(ensemble.servers.items())))
    return True


def started(command):
    """The server itself needs no password: it knows its digest."""
    global server
    server = subprocess.Popen(command, env={name: value for name, value in os.environ.items() if name != "SUPER_PASSWORD"})
    if ending:
        server.terminate()
    return server


def end(*_):
    global ending
    ending = True
    if server is None:
        sys.exit(143)
    server.terminate()


def run(command):
    said, looked = None, time.monotonic()
    started(command)
    while True:
        try:
            return server.wait(LOOKS_SECONDS if said is not True else 3)
        except subprocess.TimeoutExpired:
            pass
        if said is not True and is_in():
            said = take_part(said)
        if time.monotonic() - looked < 3 or not os.path.exists(JOINED):
            continue
        looked = time.monotonic()
        known, places = kept(), met()
        if any(places.get(number, address) != address for number, address in known.servers.items() if number != NUMBER) and not is_in():
            say("others are elsewhere, and it can't find them where it looks: begins again")
            server.terminate()
            server.wait()
            if ending:
                return server.returncode
            find_others(known)
            started(command)


def main(command):
    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    if os.path.exists(SERVES):
        os.remove(SERVES)
    os.makedirs("data", exist_ok=True)
    written("data/myid", f"{NUMBER}\n")
    if os.path.exists(JOINED):
        come_back()
    else:
        begin()
        if os.path.exists(JOINED):
            arrive()
    code = run(command)
    return code if code >= 0 else 128 - code


try:
    sys.exit(main(sys.argv[1:]))
except OSError as problem:
    sys.exit(f"keeper: {problem}")
