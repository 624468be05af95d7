#!/bin/bash
# $1 whose jobs are taken when no HDFS cluster says it; the rest is the server's command.
set -euo pipefail
export SUBMITTER=${HADOOP_USER_NAME:-$1} HADOOP_USER_NAME=$ADMINISTRATOR
shift
server= ending=

end() {
    ending=yes
    if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; else exit 143; fi
}
trap end TERM INT

# Of a cluster of which nothing runs any more there is nobody to be told.
depart() {
    if [ -n "$ending" ] && rmdir "$MEETING/racks" 2> /dev/null; then rmdir "$MEETING" 2> /dev/null || true; fi
}
trap depart EXIT

mkdir -p state/racks bin "$MEETING/racks"
cat rack.sh > bin/rack.sh
chmod 700 bin/rack.sh
"$@" &
server=$!
if [ -n "$ending" ]; then end; fi
while true; do
    status=0
    wait "$server" || status=$?
    # It was a signal that came, and the server goes on for a moment.
    if ! kill -0 "$server" 2> /dev/null; then exit "$status"; fi
done
