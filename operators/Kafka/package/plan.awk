# Reads what TopicCommand says of all partitions and writes which copies are to be where, for ReassignPartitionsCommand; nothing when all is as it should be.
BEGIN {
    count = split(stays, stay, ",")
    for (i = 1; i <= count; i++) load[stay[i]] = 0
}

/Partition: / {
    topic = partition = replicas = ""
    for (i = 1; i < NF; i++) {
        if ($i == "Topic:") topic = $(i + 1)
        if ($i == "Partition:") partition = $(i + 1)
        if ($i == "Replicas:") replicas = $(i + 1)
    }
    n++
    topics[n] = topic; partitions[n] = partition; before[n] = after[n] = replicas
    copies = split(replicas, held, ",")
    for (i = 1; i <= copies; i++) if (held[i] in load) load[held[i]]++
    if (what == "drain" && copies > count) {
        printf "%s of topic %s has %d copies, and %d brokers would stay: give it fewer copies first, or keep the broker\n", "partition " partition, topic, copies, count > "/dev/stderr"
        refused = 1
    }
}

function holds(list, broker,    parts, size, at) {
    size = split(list, parts, ",")
    for (at = 1; at <= size; at++) if (parts[at] == broker) return 1
    return 0
}

function with(list, from, to,    parts, size, at, result) {
    size = split(list, parts, ",")
    for (at = 1; at <= size; at++) result = result (at > 1 ? "," : "") (parts[at] == from ? to : parts[at])
    return result
}

# The one with the least that does not hold it yet.
function emptiest(list,    at, best) {
    best = ""
    for (at = 1; at <= count; at++)
        if (!holds(list, stay[at]) && (best == "" || load[stay[at]] < load[best])) best = stay[at]
    return best
}

END {
    if (refused) exit 1
    for (p = 1; p <= n; p++) {
        if (what == "drain") {
            if (holds(after[p], leaves)) {
                to = emptiest(after[p])
                after[p] = with(after[p], leaves, to)
                load[to]++
            }
            continue
        }
        # Copies go from the fullest to the emptiest as long as that makes them more alike; whoever leads stays where that is possible.
        size = split(after[p], held, ",")
        for (at = size; at >= 1; at--) {
            to = emptiest(after[p])
            if (to != "" && (held[at] in load) && load[held[at]] - load[to] > 1) {
                load[held[at]]--
                load[to]++
                after[p] = with(after[p], held[at], to)
            }
        }
    }
    for (p = 1; p <= n; p++) {
        if (before[p] == after[p]) continue
        if (!written++) print "{\"version\":1,\"partitions\":["
        printf "%s{\"topic\":\"%s\",\"partition\":%s,\"replicas\":[%s]}\n", (written > 1 ? "," : ""), topics[p], partitions[p], after[p]
    }
    if (written) print "]}"
}
