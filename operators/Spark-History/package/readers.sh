#!/bin/sh
# Says how many connections are open to the port $1 of this host.
set -eu
port=$(printf '%04X' "$1")
cat /proc/net/tcp /proc/net/tcp6 2> /dev/null | awk -v port=":$port\$" '$4 == "01" && $2 ~ port { readers++ } END { print "readers", readers + 0 }'
