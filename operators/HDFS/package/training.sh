#!/bin/sh
# The server's command, of which the classes are to be known: a NameNode has names to serve then, and a DataNode a NameNode to register with.
set -eu
java=$1 jars=
before=
for argument; do
    if [ "$before" = -cp ]; then jars=$argument; fi
    before=$argument
done
name() { "$java" -Dlog4j.configuration=file:conf/log4j.properties -Xmx256m -cp "$jars" org.apache.hadoop.hdfs.server.namenode.NameNode -conf training.xml "$@"; }
name -format -nonInteractive > format.log 2>&1
case "$*" in
    *DataNode*) name > name.log 2>&1 & ;;
esac
exec "$@"
