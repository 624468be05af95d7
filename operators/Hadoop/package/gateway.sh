#!/bin/bash
# Keeps a place from which people submit jobs (dp exec), with the jars, the configuration and the user in it, and takes those of connected clusters: $1 is where it listens, $2 its port.
set -euo pipefail
printf '%s' "$HADOOP_USER_NAME" > user
exec /usr/bin/python3 -I -S jobs.py "$1" "$2"
