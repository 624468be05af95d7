#!/bin/bash
# $1 its host, $2 its port, $3 its HTTP port, $4 the host's zone, $5 MiB that it may fill; the rest is the server's command.
set -euo pipefail
# A slash would be another level of the topology, and all have to have as many.
host=$1 port=$2 http=$3 zone=${4//[^A-Za-z0-9._-]/-} size=$5
shift 5
server= ending=
address=$(getent ahostsv4 "$host" | awk '{ print $1; exit }')

end() {
    ending=yes
    if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; else exit 143; fi
}
trap end TERM INT

# Of one that broke it stays: it comes back.
depart() { if [ -n "$ending" ]; then rm -f "$MEETING/racks/$address.$port"; fi; }
trap depart EXIT

mkdir -p data "$MEETING/racks" "$MEETING/leaving"
printf '%s\n' "$zone" > "$MEETING/racks/.$address.$port"
mv "$MEETING/racks/.$address.$port" "$MEETING/racks/$address.$port"

# Of the file system that its volume lies on it is to fill no more than its volume. What is kept for root is no room either.
read -r used available <<< "$(df -B1 --output=used,avail data | tail -n 1)"
export RESERVED=$((used + available - size * 1048576))
if [ "$RESERVED" -lt 0 ]; then RESERVED=0; fi

# What left before from the same address is forgotten when this one stands in its place: the NameNode would count on it again otherwise.
forget() {
    until timeout 5 bash ask.sh GET "$host" "$http" '/jmx?qry=Hadoop:service=DataNode,name=DataNodeActivity*' 2> /dev/null | grep -q '"BlockReportsNumOps" : [1-9]'; do sleep 0.5; done
    rm -f "$MEETING/leaving/$host.$port"
    : > data/joined
}

"$@" &
server=$!
if [ -n "$ending" ]; then end; fi
forgetting=
if [ ! -e data/joined ]; then
    forget &
    forgetting=$!
fi
while true; do
    status=0
    wait "$server" || status=$?
    # It was a signal that came, and the server goes on for a moment.
    if ! kill -0 "$server" 2> /dev/null; then break; fi
done
if [ -n "$forgetting" ]; then kill "$forgetting" 2> /dev/null || true; fi
exit "$status"
