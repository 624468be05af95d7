#!/bin/sh
# $1 this server's number, $2 how many there are, $3 its addresses as a configuration has them; the rest is the server's command.
# Each server writes its addresses into the cluster's folder of the lake, waits until all are there and starts. When another one
# was replaced, and so has other addresses, this one starts again with them.
set -eu
number=$1 count=$2 addresses=$3
shift 3
server= ending=

members() {
    for file in "$MEETING"/server.*; do
        if [ -f "$file" ]; then printf '%s=%s\n' "${file##*/}" "$(cat "$file")"; fi
    done
}

leave() {
    ending=yes
    if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; fi
}
trap leave TERM INT

# Of a server that was replaced meanwhile the folder holds what its successor wrote.
depart() {
    if [ "$(cat "$MEETING/server.$number" 2> /dev/null)" = "$addresses" ]; then rm -f "$MEETING/server.$number"; fi
    rmdir "$MEETING" 2> /dev/null || true
}
trap depart EXIT

mkdir -p data "$MEETING"
printf '%s\n' "$number" > data/myid
printf '%s\n' "$addresses" > "$MEETING/.$number"
mv "$MEETING/.$number" "$MEETING/server.$number"

while [ -z "$ending" ]; do
    while [ -z "$ending" ] && [ "$(members | wc -l)" -lt "$count" ]; do sleep 0.2; done
    if [ -n "$ending" ]; then break; fi
    known=$(members)
    { cat common.cfg; printf '%s\n' "$known"; } > zoo.cfg
    "$@" &
    server=$!
    while kill -0 "$server" 2> /dev/null && [ -z "$ending" ]; do
        now=$(members)
        # One that is missing for a moment is being replaced: its successor is waited for.
        if [ "$now" != "$known" ] && [ "$(printf '%s\n' "$now" | wc -l)" -eq "$count" ]; then
            echo "another server has new addresses: starts again with them"
            kill -TERM "$server" 2> /dev/null || true
            break
        fi
        sleep 1
    done
    status=0
    wait "$server" || status=$?
    server=
    # Ended by itself: the platform is to see it.
    if [ -z "$ending" ] && [ "$(members)" = "$known" ]; then exit "$status"; fi
done
