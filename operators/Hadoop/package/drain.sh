#!/bin/bash
# $1 the NodeManager, $2 its host, empty when it does not run, $3 its port, $4 where its pages are, $5 and $6 the ResourceManager's, $7 seconds that it waits, $8 the memory that it offers, $9 its cores; the rest is
# the administration's command.
# It takes nothing new then, and goes when nothing runs there any more and no job that runs still needs what was made there. The list of hosts that are left out (yarn.resourcemanager.nodes.exclude-path) names
# hosts, and another NodeManager may come to this one later: what is told is what this one NodeManager offers.
set -euo pipefail
name=$1 host=$2 port=$3 http=$4 manager=$5 pages=$6 patience=$7 memory=$8 cores=$9
shift 9
said= id= told= done=
say() { if [ "$said" != "$1" ]; then said=$1; printf '%s\n' "$1" >&2; fi; }

# Who is no longer to leave takes part again.
depart() { if [ -n "$told" ] && [ -z "$done" ]; then "$@" -updateNodeResource "$id" "$memory" "$cores" || true; fi; }
trap 'depart "$@"' EXIT
trap 'exit 143' TERM INT

# What ran on one that is gone runs elsewhere already.
if [ -z "$host" ]; then exit 0; fi
gone=0
while true; do
    if ! info=$(timeout 5 bash ask.sh GET "$host" "$http" /ws/v1/node/info 2> /dev/null); then
        gone=$((gone + 1))
        if [ "$gone" -ge 30 ]; then break; fi
    elif id=$(sed -n 's/.*"id":"\([^"]*\)".*/\1/p' <<< "$info") && [ "${id##*:}" = "$port" ] &&
        node=$(timeout 5 bash ask.sh GET "$manager" "$pages" "/ws/v1/cluster/nodes/$id" 2> /dev/null) &&
        applications=$(timeout 5 bash ask.sh GET "$host" "$http" '/ws/v1/node/apps?state=RUNNING' 2> /dev/null); then
        gone=0
        used=$(sed -n 's/.*"usedMemoryMB":\([0-9]*\).*/\1/p' <<< "$node")
        free=$(sed -n 's/.*"availMemoryMB":\(-\{0,1\}[0-9]*\).*/\1/p' <<< "$node")
        containers=$(sed -n 's/.*"numContainers":\([0-9]*\).*/\1/p' <<< "$node")
        count=$(grep -o '"id":"application_' <<< "$applications" | wc -l || true)
        if [ $((used + free)) -gt 0 ]; then
            told=yes
            "$@" -updateNodeResource "$id" 0 0 || true
            say "$name takes nothing new"
        elif [ "$containers" = 0 ] && [ "$count" = 0 ]; then
            break
        else
            say "$containers containers run on $name, and $count applications need what was made there"
        fi
    else
        say "the ResourceManager does not answer"
    fi
    if [ "$SECONDS" -ge "$patience" ]; then
        say "$name goes after $patience s, and what still ran there begins anew elsewhere"
        break
    fi
    sleep 1
done
done=yes
