#!/bin/bash
# $1 its host, $2 its port. It serves when it is out of safe mode and its first folders are there.
# Of fewer than 1,000 blocks it needs none to leave safe mode, so DataNodes get a minute to tell what they hold; what is missing then is lost.
set -euo pipefail
# It is asked again at once, and is not to be in the way of what it waits for.
trap 'if [ $? != 0 ]; then sleep 0.3; fi' EXIT
answer=$(timeout 5 bash ask.sh GET "$1" "$2" '/jmx?qry=Hadoop:service=NameNode,name=NameNode*')
grep -q '"Safemode" : ""' <<< "$answer"
number() { sed -n "s/^ *\"$1\" : \([0-9]*\),\?\$/\1/p" <<< "$answer"; }
if [ "$(number NumberOfMissingBlocks)" != 0 ] && [ $(($(date +%s) - $(number NNStartedTimeInMillis) / 1000)) -lt 60 ]; then exit 1; fi
[ -e prepared ]
