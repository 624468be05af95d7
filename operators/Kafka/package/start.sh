#!/bin/sh
# $1 what tells this cluster from all others, the same for as long as it lives; the rest is the server's command.
set -eu
# Kafka's form of it: 16 bytes in base64, of which any 22 letters and digits are some.
id=$(printf '%s' "$1" | sha256sum | cut -c1-22)
shift
cat common.properties own.properties > server.properties
# A folder is given to the cluster once: Kafka holds to what meta.properties says, which is written last.
if [ ! -f data/log/meta.properties ]; then
    rm -rf data/log
    mkdir -p data/log
    if grep -q '^process.roles=.*controller' own.properties; then
        # It writes down as well which features the cluster begins with.
        java=$1 jars=
        for argument; do
            case $argument in kafka/jars/*) jars=$argument ;; esac
        done
        "$java" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m -Dlog4j2.configurationFile=log4j2.properties -cp "$jars" \
            kafka.tools.StorageTool format --cluster-id "$id" --config server.properties
    else
        # A broker needs nothing but this, in the form of that tool, which takes as long as the server itself to start.
        directory=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
        printf 'version=1\ncluster.id=%s\nnode.id=%s\ndirectory.id=%s\n' "$id" "$(sed -n 's/^node.id=//p' own.properties)" "$directory" > data/log/meta.properties.tmp
        mv data/log/meta.properties.tmp data/log/meta.properties
    fi
fi
exec "$@"
