#!/bin/bash
# Says what Spark Connect's tasks do: $1 is its host and $2 the port of its page. What began and ended since it was last asked counts as one more that is needed.
set -euo pipefail
get() {
    exec 3<> "/dev/tcp/$host/$port"
    printf 'GET /api/v1/%s HTTP/1.0\r\nHost: %s:%s\r\nAccept: application/json\r\n\r\n' "$1" "$host" "$port" >&3
    IFS=' ' read -r -u 3 _ status _
    while IFS= read -r -u 3 line && [ "${line%$'\r'}" != "" ]; do :; done
    cat <&3
    exec 3>&-
    [[ $status == 2?? ]]
}
# The sum of a number by its name.
sum() { tr ',{' '\n\n' | awk -F: -v name="\"$1\"" '{ gsub(/[ }\]]/, "", $1) } $1 == name { all += $2 } END { print all + 0 }'; }
host=$1 port=$2
application=$(get applications | sed -n 's/.*"id" *: *"\([A-Za-z0-9._-]*\)".*/\1/p' | head -n 1)
[ -n "$application" ]
executors=$(get "applications/$application/executors")
stages=$(get "applications/$application/stages?status=active")
tables=$(get "applications/$application/storage/rdd")
running=$(sum activeTasks <<< "$executors")
begun=$(sum totalTasks <<< "$executors")
waiting=$(($(sum numTasks <<< "$stages") - $(sum numActiveTasks <<< "$stages") - $(sum numCompletedIndices <<< "$stages")))
kept=$(tr ',{' '\n\n' <<< "$tables" | awk '/"id" *:/ { all++ } END { print all + 0 }')
between=1
if [ -f begun ] && [ "$(cat begun)" = "$begun" ]; then between=0; fi
echo "$begun" > begun
echo "running $running"
echo "waiting $((waiting > 0 ? waiting : 0))"
echo "needed $((running + (waiting > 0 ? waiting : 0) + kept + between))"
