#!/bin/bash
# The rest is the command. The files are those of the cluster that the option hdfs names, and are used as its user, or they are the cluster's own, as OWN_USER.
set -euo pipefail
mkdir -p site
cp -f conf/* site/
if [ -n "${HDFS_CORE_SITE:-}" ]; then
    cp -f "$HDFS_CORE_SITE" site/core-site.xml
    cp -f "$HDFS_SITE" site/hdfs-site.xml
fi
export HADOOP_USER_NAME=${HADOOP_USER_NAME:-$OWN_USER}

# Who needs files at once asks for them only every 10 s.
if [ -n "${FILES:-}" ]; then
    until timeout 5 bash ask.sh GET $FILES "/webhdfs/v1/user/$HADOOP_USER_NAME?op=GETFILESTATUS&user.name=$HADOOP_USER_NAME" > /dev/null 2>&1; do sleep 0.3; done
fi
exec "$@"
