#!/bin/bash
# $1 MiB that it may fill; the rest is the server's command.
set -euo pipefail
size=$1
shift
mkdir -p data
# Of the file system that its volume lies on it is to fill no more than its volume. What is kept for root is no room either.
read -r used available <<< "$(df -B1 --output=used,avail data | tail -n 1)"
export RESERVED=$((used + available - size * 1048576))
if [ "$RESERVED" -lt 0 ]; then RESERVED=0; fi
exec "$@"
