#!/bin/sh
# $1 this server's number; the rest is the server's command.
set -eu
mkdir -p data
printf '%s\n' "$1" > data/myid
shift
exec "$@"
