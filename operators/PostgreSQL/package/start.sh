#!/bin/sh
# Makes the data at the first start, then becomes the server. $1 is the database to make. What is in data/ was there before this task was.
set -eu
umask 077
# The newest that the host has; of data that is there already, the one that made it: no other can read it.
if [ -e data/made ]; then
    bin=/usr/lib/postgresql/$(cat data/server/PG_VERSION)/bin
else
    bin=$(ls -d /usr/lib/postgresql/*/bin | sort -t / -k 5 -n | tail -n 1)
fi
single() { "$bin/postgres" --single -j -D data/server -c "config_file=$PWD/postgresql.conf" -c "hba_file=$PWD/pg_hba.conf" postgres; }
# Of a server that was killed; no other can be here, since the folder is this task's alone.
rm -f data/server/postmaster.pid

if [ ! -e data/made ]; then
    # What an attempt left that did not come to its end.
    rm -rf data/server
    "$bin/initdb" --pgdata=data/server --username=postgres --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --no-locale --no-instructions
    [ "$1" = postgres ] || printf 'CREATE DATABASE "%s"\n' "$1" | single
    cat password > data/password
    : > data/made
elif ! cmp -s password data/password; then
    # The password was replaced since. It is made of hexadecimal digits.
    printf "ALTER ROLE postgres PASSWORD '%s'\n" "$(cat password)" | single
    cat password > data/password
fi
exec "$bin/postgres" -D data/server -c "config_file=$PWD/postgresql.conf" -c "hba_file=$PWD/pg_hba.conf"
