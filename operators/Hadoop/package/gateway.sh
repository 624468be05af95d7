#!/bin/bash
# Keeps a place from which people submit jobs (dp exec): with the jars, the configuration and the user in it.
set -euo pipefail
printf '%s' "$HADOOP_USER_NAME" > user
exec sleep infinity
