#!/bin/bash
# $1 a bean, $2 what lines of it are wanted: what the active NameNode says, and nothing while none is active. Their HTTP addresses are in the file namenodes.
set -euo pipefail
for each in $(cat namenodes); do
    if timeout 3 bash ask.sh GET "${each%:*}" "${each##*:}" '/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus' 2> /dev/null | grep -q '"State" : "active"'; then
        timeout 3 bash ask.sh GET "${each%:*}" "${each##*:}" "/jmx?qry=Hadoop:service=NameNode,name=$1" | grep -E "$2"
        exit 0
    fi
done
exit 1
