#!/bin/bash
# $1 its host, $2 its port, $3 the others' HTTP addresses. It serves when it is out of safe mode, and is active with its first folders there or stands by for one that is active.
# Of fewer than 1,000 blocks it needs none to leave safe mode, so DataNodes get a minute to tell what they hold; what is missing then is lost.
set -euo pipefail
# It is asked again at once, and is not to be in the way of what it waits for.
trap 'if [ $? != 0 ]; then sleep 0.3; fi' EXIT
answer=$(timeout 5 bash ask.sh GET "$1" "$2" '/jmx?qry=Hadoop:service=NameNode,name=NameNode*')
grep -q '"Safemode" : ""' <<< "$answer"
number() { sed -n "s/^ *\"$1\" : \([0-9]*\),\?\$/\1/p" <<< "$answer"; }
if grep -q '"State" : "active"' <<< "$answer"; then
    if [ "$(number NumberOfMissingBlocks)" != 0 ] && [ $(($(date +%s) - $(number NNStartedTimeInMillis) / 1000)) -lt 60 ]; then exit 1; fi
    [ -e prepared ]
else
    for each in $3; do
        if timeout 5 bash ask.sh GET "${each%:*}" "${each##*:}" '/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus' | grep -q '"State" : "active"'; then exit 0; fi
    done
    exit 1
fi
