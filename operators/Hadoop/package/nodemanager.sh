#!/bin/bash
# $1 its host, $2 its port, $3 where its pages are, $4 the host's zone; the rest is the server's command.
set -euo pipefail
# A slash would be another level of the topology, and all have to have as many.
host=$1 port=$2 http=$3 zone=${4//[^A-Za-z0-9._-]/-}
shift 4
server= ending=
address=$(getent ahostsv4 "$host" | awk '{ print $1; exit }')

# By itself it would end what runs there as if that had failed, and a job whose master failed twice is given up. What is lost runs again elsewhere, and is no failure.
end() {
    ending=yes
    if [ -z "$server" ]; then exit 143; fi
    if timeout 2 bash ask.sh GET "$host" "$http" /ws/v1/node/containers 2> /dev/null | grep -q '"id":"container_'; then
        kill -KILL "$server" 2> /dev/null || true
    else
        kill -TERM "$server" 2> /dev/null || true
    fi
}
trap end TERM INT

# Of one that broke it stays: it comes back.
depart() { if [ -n "$ending" ]; then rm -f "$MEETING/racks/$address.$port"; fi; }
trap depart EXIT

# What containers of an earlier start have left serves nobody.
rm -rf scratch
mkdir -p scratch "$MEETING/racks"
printf '%s\n' "$zone" > "$MEETING/racks/.$address.$port"
mv "$MEETING/racks/.$address.$port" "$MEETING/racks/$address.$port"

"$@" &
server=$!
if [ -n "$ending" ]; then end; fi
while true; do
    status=0
    wait "$server" || status=$?
    # It was a signal that came, and the server goes on for a moment.
    if ! kill -0 "$server" 2> /dev/null; then exit "$status"; fi
done
