#!/bin/bash
# $1 and $2 where its NameNode answers; the rest is the command. It starts when that does, and makes its place in ZooKeeper where there is none yet.
set -uo pipefail
host=$1 port=$2
shift 2
server=
trap 'if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null; else exit 143; fi' TERM INT

until timeout 5 bash ask.sh GET "$host" "$port" '/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus' > /dev/null 2>&1; do sleep 0.3; done

run() {
    "$@" &
    server=$!
    while true; do
        wait "$server"
        status=$?
        if ! kill -0 "$server" 2> /dev/null; then return; fi
    done
}

run "$@"
# So it ends where the place in ZooKeeper is not there.
if [ "$status" = 3 ]; then
    run "$@" -formatZK -nonInteractive
    run "$@"
fi
exit "$status"
