#!/bin/bash
# $1 whose folder is made; the rest is the server's command. Formats once, and makes the first folders when the NameNode takes them.
set -euo pipefail
owner=$1
shift
server= ending= prepared=

end() {
    ending=yes
    if [ -n "$server" ]; then kill -TERM "$server" 2> /dev/null || true; else exit 143; fi
}
trap end TERM INT

# The mark is written last: what is there without it is of an attempt that did not come to its end.
mkdir -p name
if [ ! -e name/formatted ]; then
    rm -rf name/fs
    "$@" -format -nonInteractive -force -clusterid "$CLUSTER_ID"
    sync name
    : > name/formatted
fi

ask() { timeout 5 bash ask.sh "$1" "$HTTP_HOST" "$HTTP_PORT" "$2" 2> /dev/null; }

# The superuser's name is for the platform alone: nothing that others see belongs to it.
folder() {
    ask PUT "/webhdfs/v1$1?op=MKDIRS&permission=$2&user.name=$HADOOP_USER_NAME" > /dev/null &&
        ask PUT "/webhdfs/v1$1?op=SETPERMISSION&permission=$2&user.name=$HADOOP_USER_NAME" > /dev/null &&
        ask PUT "/webhdfs/v1$1?op=SETOWNER&owner=$3&group=$3&user.name=$HADOOP_USER_NAME" > /dev/null
}

prepare() {
    ask GET '/jmx?qry=Hadoop:service=NameNode,name=NameNodeInfo' > .state || return 0
    if ! grep -q '"Safemode" : ""' .state; then return 0; fi
    # The owner's own is made last, and is made first of all that may be there already.
    if ask GET "/webhdfs/v1/user/$owner?op=GETFILESTATUS&user.name=$HADOOP_USER_NAME" > /dev/null ||
        { folder / 755 hdfs && folder /tmp 1777 hdfs && folder /user 1777 hdfs && folder "/user/$owner" 755 "$owner"; }; then
        prepared=yes
        : > prepared
    fi
}

"$@" &
server=$!
if [ -n "$ending" ]; then end; fi
while [ -z "$prepared" ] && kill -0 "$server" 2> /dev/null; do
    if [ -z "$ending" ]; then prepare 2> /dev/null; fi
    sleep 0.5
done
while true; do
    status=0
    wait "$server" || status=$?
    # It was a signal that came, and the server goes on for a moment.
    if ! kill -0 "$server" 2> /dev/null; then exit "$status"; fi
done
