#!/bin/sh
# Says as JSON what clients do now and did last. $1 is the host and $2 the port of the server.
set -eu
bin=$(ls -d /usr/lib/postgresql/*/bin | sort -t / -k 5 -n | tail -n 1)
exec "$bin/psql" --no-psqlrc --tuples-only --no-align --host="$1" --port="$2" --username=postgres --dbname=postgres --command="
    SELECT json_build_object(
        'running', count(*) FILTER (WHERE state <> 'idle'), 'last', max(state_change),
        'sessions', (SELECT coalesce(sum(sessions), 0) FROM pg_stat_database WHERE datname <> 'postgres'))
    FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
