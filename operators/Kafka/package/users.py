"""Users of Kafka and what they may do: credentials of SCRAM-SHA-512 and ACLs, said to Kafka in its own protocol.

$1 the brokers that may be asked first, host:port,...; $2 what is asked, $3 the user, then RIGHT=NAME,... A name that ends with * is all that begin so. INTERNAL holds the
password of the brokers among each other, PASSWORD that of the user, which Kafka is not told: what it keeps is made of it here.
"""
import hashlib
import json
import os
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
from protocol import NO_TAGS, Cluster, NotYet, Refused, compact_bytes, compact_items, compact_text, items, number, refusal, text  # noqa: E402

# Who signs in to brokers with the cluster's own passwords, and may do everything (super.users).
OWN = ("client", "internal")
SCRAM_SHA_512 = 2
ITERATIONS = 8192
SALT_BYTES = 24
NOT_THERE = 91
KNOWN_WITHIN_SECONDS = 15
MOST_ROWS = 200
TOPIC, GROUP, TRANSACTION = 2, 3, 5
LITERAL, PREFIXED = 3, 4
READ, WRITE, CREATE = 3, 4, 5
ANY, ALLOW = 1, 3
RIGHTS = {"read": (TOPIC, READ), "write": (TOPIC, WRITE), "groups": (GROUP, READ), "create": (TOPIC, CREATE), "transactions": (TRANSACTION, WRITE)}
# What other programs may have granted, in words.
RESOURCES = {2: "topic", 3: "group", 4: "cluster", 5: "transactional id", 6: "delegation token", 7: "user"}
OPERATIONS = {2: "all", 3: "read", 4: "write", 5: "create", 6: "delete", 7: "alter", 8: "describe", 9: "cluster action", 10: "describe configs", 11: "alter configs", 12: "idempotent write", 13: "create tokens", 14: "describe tokens", 15: "two phase commit"}


def principal(user):
    return f"User:{user}"


def rights(user, arguments):
    """Each as Kafka has it: resource, name, pattern, principal, host, operation, permission."""
    said = []
    for argument in arguments:
        right, names = argument.split("=", 1)
        resource, operation = RIGHTS[right]
        for name in filter(None, names.split(",")):
            pattern, name = (PREFIXED, name[:-1]) if name.endswith("*") and name != "*" else (LITERAL, name)
            said.append((resource, name, pattern, principal(user), "*", operation, ALLOW))
    return list(dict.fromkeys(said))


def words(right):
    resource, name, pattern, _, host, operation, permission = right
    name = f"{name}*" if pattern == PREFIXED else name
    known = next((each for each, of in RIGHTS.items() if of == (resource, operation)), None)
    if known and host == "*" and permission == ALLOW:
        return f"{known}={name}"
    denied = "" if permission == ALLOW else "not "
    return f"{denied}{OPERATIONS.get(operation, operation)} {RESOURCES.get(resource, resource)} {name}{'' if host == '*' else f' from {host}'}"


def granted(broker, user=None):
    """What the broker knows that the user may do, or everybody."""
    body = number("b", ANY) + text(None) + number("b", ANY) + text(principal(user) if user else None) + text(None) + number("b", ANY) + number("b", ANY)
    answer = broker.ask(29, 1, body)
    answer.number("i")
    wrong, why = answer.number("h"), answer.text()
    if wrong:
        raise refusal(wrong, why)
    right = lambda: (answer.text(), answer.text(), answer.number("b"), answer.number("b"))
    found = answer.items(lambda: (answer.number("b"), answer.text(), answer.number("b"), answer.items(right)))
    return {(resource, name, pattern, *each) for resource, name, pattern, all_of in found for each in all_of}


def written(right):
    resource, name, pattern, who, host, operation, permission = right
    return number("b", resource) + text(name) + number("b", pattern) + text(who) + text(host) + number("b", operation) + number("b", permission)


def grant(cluster, wanted):
    """All of it or nothing."""
    answer = cluster.first.ask(30, 1, items([written(right) for right in wanted]))
    answer.number("i")
    refused = [(wrong, why) for wrong, why in answer.items(lambda: (answer.number("h"), answer.text())) if wrong]
    if refused:
        try:
            withdraw(cluster, wanted)
        finally:
            raise refusal(*refused[0])


def withdraw(cluster, unwanted):
    answer = cluster.first.ask(31, 1, items([written(right) for right in unwanted]))
    answer.number("i")
    gone = lambda: (answer.number("h"), answer.text(), answer.number("b"), answer.text(), answer.number("b"), answer.text(), answer.text(), answer.number("b"), answer.number("b"))
    for *of_all, each_of in answer.items(lambda: (answer.number("h"), answer.text(), answer.items(gone))):
        for wrong, why in [of_all, *(each[:2] for each in each_of)]:
            if wrong:
                raise refusal(wrong, why)


def passwords(broker, user=None):
    """Of each who has a password of its own, or of one: by which mechanisms, and what Kafka says of who has none."""
    answer = broker.ask(50, 0, compact_items([compact_text(user) + NO_TAGS] if user else []) + NO_TAGS, compact=True)
    answer.number("i")
    wrong, why = answer.number("h"), answer.text()
    if wrong:
        raise refusal(wrong, why)

    def mechanism():
        which, _ = answer.number("b"), answer.number("i")
        answer.tags()
        return which

    def one():
        found = answer.text(), answer.number("h"), answer.text(), answer.items(mechanism)
        answer.tags()
        return found

    found = {}
    for name, wrong, why, mechanisms in answer.items(one):
        if wrong and wrong != NOT_THERE:
            raise refusal(wrong, why)
        found[name] = (mechanisms, why)
    return found


def signs_in(broker, user):
    return bool(passwords(broker, user)[user][0])


def hold_there(cluster, user):
    hold_foreign(user)
    mechanisms, why = passwords(cluster.first, user)[user]
    if not mechanisms:
        raise Refused(why)


def hold_foreign(user):
    if user in OWN:
        raise Refused(f"{user} is the cluster's own and may do everything; its password is another after a rotation of the cluster's secrets")


def altered(answer):
    answer.number("i")

    def one():
        result = answer.text(), answer.number("h"), answer.text()
        answer.tags()
        return result

    for _, wrong, why in answer.items(one):
        if wrong:
            raise refusal(wrong, why)


def set_password(cluster, user):
    salt = os.urandom(SALT_BYTES)
    salted = hashlib.pbkdf2_hmac("sha512", os.environ["PASSWORD"].encode(), salt, ITERATIONS)
    altered(cluster.first.ask(51, 0, compact_items([]) + compact_items([compact_text(user) + number("b", SCRAM_SHA_512) + number("i", ITERATIONS) + compact_bytes(salt) + compact_bytes(salted) + NO_TAGS]) + NO_TAGS, compact=True))


def settle(cluster, user, is_there, may):
    """What the controller has taken each broker knows a moment later: nobody is told that it is done before all do."""
    since = time.monotonic()
    for node in cluster.brokers:
        try:
            broker = cluster.broker(node)
            while signs_in(broker, user) != is_there or granted(broker, user) != may:
                if time.monotonic() - since > KNOWN_WITHIN_SECONDS:
                    print(f"broker {node} does not know it yet")
                    break
                time.sleep(0.02)
        except (NotYet, OSError) as gone:
            # It learns it when it is back, before it serves.
            print(f"broker {node} can't be asked whether it knows: {gone}")


def create(cluster, user, *said):
    hold_foreign(user)
    if signs_in(cluster.first, user):
        raise Refused(f"User {user} already exists.")
    # Nobody can sign in as the user before all else is done; of an earlier one of the name nothing is inherited.
    withdraw(cluster, list(granted(cluster.first, user)))
    wanted = rights(user, said)
    grant(cluster, wanted)
    try:
        set_password(cluster, user)
    except Exception:
        withdraw(cluster, wanted)
        raise
    settle(cluster, user, True, set(wanted))
    print(f"{user} is there")


def let(cluster, user, *said):
    hold_there(cluster, user)
    wanted = rights(user, said)
    if not wanted:
        raise Refused("nothing was said that it may do")
    may = granted(cluster.first, user)
    grant(cluster, [right for right in wanted if right not in may])
    settle(cluster, user, True, may | set(wanted))
    print(f"{user} may do it")


def forbid(cluster, user, *said):
    hold_there(cluster, user)
    unwanted = rights(user, said)
    if not unwanted:
        raise Refused("nothing was said that it may do no longer")
    may = granted(cluster.first, user)
    for right in unwanted:
        if right not in may:
            raise Refused(f"{user} has no right {words(right)}; it has {', '.join(sorted(map(words, may))) or 'none'}")
    withdraw(cluster, unwanted)
    settle(cluster, user, True, may - set(unwanted))
    print(f"{user} may do it no longer")


def change(cluster, user):
    hold_there(cluster, user)
    set_password(cluster, user)
    print(f"{user} has another password")


def delete(cluster, user):
    hold_foreign(user)
    may = granted(cluster.first, user)
    mechanisms, _ = passwords(cluster.first, user)[user]
    # Of who is left with rights alone these are taken; who is not known at all Kafka refuses. Who is still signed in keeps its connection, and may do nothing by it.
    if mechanisms or not may:
        altered(cluster.first.ask(51, 0, compact_items([compact_text(user) + number("b", each) + NO_TAGS for each in mechanisms or [SCRAM_SHA_512]]) + compact_items([]) + NO_TAGS, compact=True))
    withdraw(cluster, list(may))
    settle(cluster, user, False, set())
    print(f"{user} is deleted")


def table(cluster):
    rows = [{"user": "client", "read": "*", "write": "*", "groups": "*", "more": "everything: for clusters that connect"}]
    may = {}
    for right in granted(cluster.first):
        may.setdefault(right[3].removeprefix("User:"), []).append(right)
    able = passwords(cluster.first)
    for user in sorted(able.keys() | may.keys()):
        cells = {"read": [], "write": [], "groups": [], "more": [] if user in able else ["can't sign in"]}
        for right in sorted(map(words, may.get(user, []))):
            kind, _, name = right.partition("=")
            if kind in ("read", "write", "groups") and name:
                cells[kind].append(name)
            else:
                cells["more"].append(right)
        rows.append({"user": user, **{column: ", ".join(texts) or None for column, texts in cells.items()}})
    # Of those that are not shown it is told that they are there.
    print(json.dumps(rows[:MOST_ROWS] + [{}] * (len(rows) - MOST_ROWS)))


DONE = {"create": create, "grant": let, "revoke": forbid, "password": change, "delete": delete, "table": table}


try:
    DONE[sys.argv[2]](Cluster(sys.argv[1]), *sys.argv[3:])
except (Refused, OSError) as problem:
    print(problem, file=sys.stderr)
    sys.exit(1)
