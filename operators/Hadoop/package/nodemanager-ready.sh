#!/bin/bash
# $1 and $2 where the NodeManager answers; where the ResourceManager does is in the file resourcemanager. It is ready, and says so, when that counts on it.
set -euo pipefail
# It is asked again at once, and is not to be in the way of what it waits for.
trap 'if [ $? != 0 ]; then sleep 0.3; fi' EXIT
id=$(timeout 5 bash ask.sh GET "$1" "$2" /ws/v1/node/info | sed -n 's/.*"id":"\([^"]*\)".*/\1/p')
[ -n "$id" ]
read -r host port < resourcemanager
timeout 5 bash ask.sh GET "$host" "$port" "/ws/v1/cluster/nodes/$id" | grep -q '"state":"RUNNING"'
echo registered
