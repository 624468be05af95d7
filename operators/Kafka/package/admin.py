"""What people ask of topics and groups, said to Kafka in its own protocol: a tool of Kafka's own takes seconds of a processor to start, and a table is looked at often.

$1 the brokers that may be asked first, host:port,...; $2 what is asked; the rest is the question's. INTERNAL holds the password of the brokers among each other.
"""
import json
import os
import sys
import time

# Files of a sandbox are links, and Python looks beside where this one leads to.
sys.path.insert(0, os.getcwd())
from protocol import NO_TAGS, PATIENCE_MILLISECONDS, Cluster, NotYet, Refused, compact_items, compact_text, items, number, refusal, text  # noqa: E402

START_SECONDS = 600
MOST_ROWS = 200
LATEST = -1
CONFIGURATIONS = ("retention.ms", "cleanup.policy", "min.insync.replicas", "max.message.bytes")


def topics(cluster):
    rows = []
    for name, topic in sorted(cluster.topics.items()):
        if not topic["internal"]:
            partitions = topic["partitions"].values()
            rows.append({"topic": name, "partitions": len(partitions), "replicas": max((each["replicas"] for each in partitions), default=0), "short": sum(each["short"] for each in partitions)})
    return rows


def groups(cluster):
    """Each broker tells of the groups that it coordinates, and knows how far they are."""
    known = {}
    for node in cluster.brokers:
        answer = cluster.broker(node).ask(16, 5, compact_items([]) + compact_items([]) + NO_TAGS, compact=True)
        answer.number("i"), answer.number("h")

        def listed():
            group = answer.text(), answer.text(), answer.text(), answer.text()
            answer.tags()
            return group

        known.update({name: (node, state) for name, _, state, _ in answer.items(listed)})
    shown = sorted(known.items())[:MOST_ROWS]
    reached = {name: committed(cluster.broker(node), name) for name, (node, _) in shown}
    ends = latest(cluster, {(topic, index) for offsets in reached.values() for topic, partitions in offsets.items() for index in partitions})
    rows = []
    for name, (_, state) in shown:
        for topic, partitions in sorted(reached[name].items()) or [(None, {})]:
            behind = [ends[topic, index] - offset for index, offset in partitions.items() if (topic, index) in ends]
            rows.append({"group": name, "topic": topic, "state": state, "lag": sum(max(0, each) for each in behind) if len(behind) == len(partitions) > 0 else None})
    return rows + [{}] * (len(known) - len(shown))


def committed(broker, group):
    answer = broker.ask(9, 2, text(group) + number("i", -1))
    partition = lambda: (answer.number("i"), answer.number("q"), answer.text(), answer.number("h"))
    offsets = answer.items(lambda: (answer.text(), answer.items(partition)))
    # What is moving between brokers tells its offsets in a moment.
    if answer.number("h"):
        return {}
    told = {topic: {index: offset for index, offset, _, wrong in partitions if offset >= 0 and not wrong} for topic, partitions in offsets}
    return {topic: partitions for topic, partitions in told.items() if partitions}


def latest(cluster, wanted):
    by_leader = {}
    for topic, index in wanted:
        leader = cluster.topics.get(topic, {"partitions": {}})["partitions"].get(index, {"leader": -1})["leader"]
        if leader in cluster.brokers:
            by_leader.setdefault(leader, {}).setdefault(topic, []).append(index)
    ends = {}
    for leader, of in by_leader.items():
        answer = cluster.broker(leader).ask(2, 1, number("i", -1) + items([text(topic) + items([number("i", index) + number("q", LATEST) for index in indexes]) for topic, indexes in of.items()]))
        partition = lambda: (answer.number("i"), answer.number("h"), answer.number("q"), answer.number("q"))
        for topic, partitions in answer.items(lambda: (answer.text(), answer.items(partition))):
            ends.update({(topic, index): offset for index, wrong, _, offset in partitions if not wrong})
    return ends


def table(rows):
    # Of those that are not shown it is told that they are there.
    print(json.dumps(rows[:MOST_ROWS] + [{}] * (len(rows) - MOST_ROWS)))


def given(arguments):
    """What was said of the topic's own configuration, as KEY=VALUE; hours are for people, milliseconds for Kafka."""
    said = {}
    for argument in arguments:
        key, value = argument.split("=", 1)
        if key == "retention_hours" and value != "0":
            said["retention.ms"] = "-1" if value == "-1" else str(int(value) * 3_600_000)
        elif key in CONFIGURATIONS and value not in ("0", "usual", "unchanged"):
            said[key] = value
    return said


def held(answer):
    """Refusals in Kafka's own words."""
    answer.number("i")
    for _, wrong, why in answer.items(lambda: (answer.text(), answer.number("h"), answer.text())):
        if wrong:
            raise refusal(wrong, why)


def create(cluster, name, partitions, replicas, *arguments):
    configurations = items([text(key) + text(value) for key, value in given(arguments).items()])
    # -1 is what the cluster has for topics that say nothing else.
    held(cluster.first.ask(19, 4, items([text(name) + number("i", int(partitions) or -1) + number("h", int(replicas) or -1) + items([]) + configurations]) + number("i", PATIENCE_MILLISECONDS) + number("?", False)))
    print(f"{name} is there")


def ensure(servers, wanted):
    """Topics that are to be there from the start, name=partitions,...: those that are not there yet are created as soon as there are brokers enough."""
    since, told = time.monotonic(), ""
    while True:
        try:
            cluster = Cluster(servers)
            for name, partitions in (each.rsplit("=", 1) for each in wanted.split(",")):
                if name not in cluster.topics:
                    create(cluster, name, partitions, "0")
            return
        except (NotYet, OSError) as problem:
            # A broker that starts answers nothing yet, and the others may still be on their way.
            if time.monotonic() - since > START_SECONDS:
                raise
            if told != str(problem):
                told = str(problem)
                print(f"not yet: {told}", flush=True)
            time.sleep(1)


def alter(cluster, name, partitions, *arguments):
    said = given(arguments)
    if int(partitions) == 0 and not said:
        raise Refused("nothing was said that is to be otherwise")
    # Nothing is done before all of it can be.
    for only_tried in (True, False):
        if int(partitions):
            held(cluster.first.ask(37, 0, items([text(name) + number("i", int(partitions)) + number("i", -1)]) + number("i", PATIENCE_MILLISECONDS) + number("?", only_tried)))
        if said:
            of_topic, to_set = number("b", 2), number("b", 0)
            answer = cluster.first.ask(44, 0, items([of_topic + text(name) + items([text(key) + to_set + text(value) for key, value in said.items()])]) + number("?", only_tried))
            answer.number("i")
            for wrong, why, _, _ in answer.items(lambda: (answer.number("h"), answer.text(), answer.number("b"), answer.text())):
                if wrong:
                    raise refusal(wrong, why)
    print(f"{name} is altered")


def delete(cluster, name):
    answer = cluster.first.ask(20, 5, compact_items([compact_text(name)]) + number("i", PATIENCE_MILLISECONDS) + NO_TAGS, compact=True)
    answer.number("i")
    answer.varint()
    answer.text()
    if wrong := answer.number("h"):
        raise refusal(wrong, answer.text())
    print(f"{name} is deleted")


def main(servers, what, *arguments):
    if what == "ensure":
        ensure(servers, *arguments)
        return
    cluster = Cluster(servers)
    match what:
        case "topics":
            table(topics(cluster))
        case "groups":
            table(groups(cluster))
        case "create":
            create(cluster, *arguments)
        case "alter":
            alter(cluster, *arguments)
        case "delete":
            delete(cluster, *arguments)


try:
    main(*sys.argv[1:])
except (Refused, OSError) as problem:
    print(problem, file=sys.stderr)
    sys.exit(1)
