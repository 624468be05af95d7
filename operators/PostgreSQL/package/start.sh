#!/bin/sh
# Makes the data at the first start, then becomes the server. $1 is the database to make.
set -eu
umask 077
# The newest that the host has.
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -t / -k 5 -n | tail -n 1)
if [ ! -s data/PG_VERSION ]; then
    "$bin/initdb" --pgdata=data --username=postgres --pwfile=password --auth=scram-sha-256 --encoding=UTF8 --no-locale --no-instructions
    [ "$1" = postgres ] || printf 'CREATE DATABASE "%s"\n' "$1" | "$bin/postgres" --single -j -D data -c "config_file=$PWD/postgresql.conf" -c "hba_file=$PWD/pg_hba.conf" postgres
fi
exec "$bin/postgres" -D data -c "config_file=$PWD/postgresql.conf" -c "hba_file=$PWD/pg_hba.conf"
