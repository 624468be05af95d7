#!/bin/bash
# $1 what tells this cluster from all others, the same for as long as it lives; the rest is the server's command.
set -euo pipefail
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
        java=$1 jars= archive=()
        for argument; do
            case $argument in
                kafka/jars/*) jars=$argument ;;
                -XX:SharedArchiveFile=*) archive=("$argument" -Xshare:auto) ;;
            esac
        done
        "$java" "${archive[@]}" -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xmx64m -Dlog4j2.configurationFile=log4j2.properties -cp "$jars" \
            kafka.tools.StorageTool format --cluster-id "$id" --config server.properties
    else
        # A broker needs nothing but this, in the form of that tool, which takes as long as the server itself to start.
        directory=$(head -c 16 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=')
        printf 'version=1\ncluster.id=%s\nnode.id=%s\ndirectory.id=%s\n' "$id" "$(sed -n 's/^node.id=//p' own.properties)" "$directory" > data/log/meta.properties.tmp
        mv data/log/meta.properties.tmp data/log/meta.properties
    fi
fi

# A broker that finds no controller asks for one in a circle, and takes the processor from the controllers that start beside it. It begins when one of them
# listens; or after a while in any case, and says then itself what it lacks.
reachable() { (exec 3<> "/dev/tcp/$1/$2") 2> /dev/null; }
if ! grep -q '^process.roles=.*controller' own.properties; then
    controllers=$(sed -n 's/^controller.quorum.voters=//p' own.properties | tr ',' '\n' | sed 's/^[0-9]*@//; s/:\([0-9]*\)$/ \1/')
    for _ in $(seq 300); do
        while read -r host port; do
            if reachable "$host" "$port"; then break 2; fi
        done <<< "$controllers"
        sleep 0.1
    done
fi
exec "$@"
