#!/bin/bash
# $1 this NameNode's number, $2 the others' HTTP addresses, $3 those of the JournalNodes, $4 by whom files are written; the rest is the server's command.
# Formats once, becomes the NameNode's keeper: tells it which DataNodes leave, and makes the first folders.
set -euo pipefail
number=$1 others=$2 journals=$3 writer=$4
shift 4
server= ending= prepared=

tool() { /usr/bin/java -Xmx192m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-opens=java.base/java.lang=ALL-UNNAMED -Djava.net.preferIPv4Stack=true -cp 'hdfs/jars/*:conf' "$@"; }
ask() { timeout 5 bash ask.sh "$@" 2> /dev/null; }
leaving() { cat "$MEETING/leaving"/* 2> /dev/null | sort -u || true; }

end() {
    ending=yes
    if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; else exit 143; fi
}
trap end TERM INT

# Of a cluster of which nothing runs any more there is nobody to be told.
depart() {
    if [ -n "$ending" ] && rmdir "$MEETING/racks" 2> /dev/null; then rm -rf "$MEETING"; fi
}
trap depart EXIT

mkdir -p name/racks bin "$MEETING/racks" "$MEETING/leaving"
told=$(leaving)
printf '%s\n' "$told" > name/leaving
cat rack.sh > bin/rack.sh
chmod 700 bin/rack.sh

# What the JournalNodes hold: nothing (empty), what an attempt to format has left (begun), what a NameNode has promised or written (written). Of one that has
# not looked into its own yet that is not known, and without all of them (away) nothing is done.
journals() {
    local each answer state=empty
    for each in $journals; do
        answer=$(ask GET "${each%:*}" "${each##*:}" '/jmx?qry=Hadoop:service=JournalNode,name=Journal*') && grep -q '"JournalsStatus"' <<< "$answer" || { echo away; return; }
        if ! grep -q 'Formatted\\":\\"true' <<< "$answer"; then continue; fi
        if grep -qE '"(LastPromisedEpoch|LastWriterEpoch|LastWrittenTxId)" : [1-9]' <<< "$answer"; then echo written; return; fi
        if ! grep -q '"LastPromisedEpoch" : 0' <<< "$answer"; then state=unknown; elif [ "$state" = empty ]; then state=begun; fi
    done
    echo "$state"
}

standby() {
    local each
    for each in $others; do
        if ask GET "${each%:*}" "${each##*:}" '/jmx?qry=Hadoop:service=NameNode,name=NameNodeStatus' > /dev/null; then
            tool org.apache.hadoop.hdfs.server.namenode.NameNode -bootstrapStandby -nonInteractive -force && return 0
        fi
    done
    return 1
}

format() { tool org.apache.hadoop.hdfs.server.namenode.NameNode -format -nonInteractive "$@" -clusterid "$CLUSTER_ID"; }

# The first NameNode formats what nobody ever wrote to, and nothing else: with force only what an attempt has left, which JournalNodes tell with a second's delay.
first() {
    case $(journals) in
        empty) format ;;
        unknown) format || return 1 ;; # It refuses, and they have looked.
        begun) sleep 3 && [ "$(journals)" = begun ] && format -force ;;
        written) say "the JournalNodes hold what another NameNode has: waits for that one" && return 1 ;;
        *) return 1 ;;
    esac
}
said=
say() { if [ "$said" != "$1" ]; then said=$1 && printf '%s\n' "$1" >&2; fi; }

# The mark is written last: what is there without it is of an attempt that did not come to its end.
while [ ! -e name/formatted ]; do
    rm -rf name/fs
    if { [ -z "$others" ] && format -force; } || { [ -n "$others" ] && { standby || { [ "$number" = 0 ] && first; }; }; }; then
        sync name
        : > name/formatted
    elif [ -z "$others" ]; then
        exit 1
    else
        sleep 0.3
    fi
done

tell() {
    local now
    # Without the lake nobody can say who leaves, and all stays as it is.
    if [ ! -d "$MEETING/leaving" ]; then return 0; fi
    now=$(leaving)
    if [ "$now" = "$told" ]; then return 0; fi
    printf '%s\n' "$now" > name/.leaving
    mv name/.leaving name/leaving
    if tool org.apache.hadoop.hdfs.tools.DFSAdmin -fs "hdfs://$RPC_ADDRESS" -refreshNodes; then told=$now; fi
}

# The superuser's name is for the platform alone: nothing that others see belongs to it.
folder() {
    ask PUT "$HTTP_HOST" "$HTTP_PORT" "/webhdfs/v1$1?op=MKDIRS&permission=$2&user.name=$HADOOP_USER_NAME" > /dev/null &&
        ask PUT "$HTTP_HOST" "$HTTP_PORT" "/webhdfs/v1$1?op=SETPERMISSION&permission=$2&user.name=$HADOOP_USER_NAME" > /dev/null &&
        ask PUT "$HTTP_HOST" "$HTTP_PORT" "/webhdfs/v1$1?op=SETOWNER&owner=$3&group=$3&user.name=$HADOOP_USER_NAME" > /dev/null
}

prepare() {
    ask GET "$HTTP_HOST" "$HTTP_PORT" '/jmx?qry=Hadoop:service=NameNode,name=NameNode*' > .state || return 0
    if ! grep -q '"State" : "active"' .state || ! grep -q '"Safemode" : ""' .state; then return 0; fi
    # The writer's own is made last, and is made first of all that may be there already.
    if ask GET "$HTTP_HOST" "$HTTP_PORT" "/webhdfs/v1/user/$writer?op=GETFILESTATUS&user.name=$HADOOP_USER_NAME" > /dev/null ||
        { folder / 755 hdfs && folder /tmp 1777 hdfs && folder /user 1777 hdfs && folder "/user/$writer" 755 "$writer"; }; then
        prepared=yes
        : > prepared
    fi
}

"$@" &
server=$!
if [ -n "$ending" ]; then end; fi
while kill -0 "$server" 2> /dev/null; do
    if [ -z "$ending" ]; then
        if [ -z "$prepared" ]; then prepare; fi
        tell
    fi
    sleep 0.5
done
status=0
wait "$server" || status=$?
exit "$status"
