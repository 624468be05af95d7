#!/bin/sh
# $1 is the folder to make. It is there when it is whole, and not before: what an attempt left that did not come to its end lies beside it.
set -eu
umask 077
part=$1.part
rm -rf "$part"
mkdir -p "$part"
pg_dump --format=custom --file="$part/dump"
sync "$part/dump"
mv "$part" "$1"
