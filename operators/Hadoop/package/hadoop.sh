#!/bin/bash
# What hadoop, yarn and mapred do elsewhere: bash hadoop.sh jar FILE CLASS ..., fs -ls /, application -list, logs -applicationId ID, job -list, queue -list.
set -euo pipefail
case ${1:-} in
    jar) main=org.apache.hadoop.util.RunJar ;;
    fs) main=org.apache.hadoop.fs.FsShell ;;
    application) main=org.apache.hadoop.yarn.client.cli.ApplicationCLI ;;
    node) main=org.apache.hadoop.yarn.client.cli.NodeCLI ;;
    logs) main=org.apache.hadoop.yarn.client.cli.LogsCLI ;;
    job) main=org.apache.hadoop.mapred.JobClient ;;
    queue) main=org.apache.hadoop.mapred.JobQueueClient ;;
    *) echo "bash hadoop.sh can't do '${1:-}': jar, fs, application, node, logs, job, queue" >&2; exit 2 ;;
esac
if [ "$main" != org.apache.hadoop.yarn.client.cli.ApplicationCLI ] && [ "$main" != org.apache.hadoop.yarn.client.cli.NodeCLI ]; then shift; fi
if [ -z "${HADOOP_USER_NAME:-}" ]; then HADOOP_USER_NAME=$(cat user); export HADOOP_USER_NAME; fi
exec /usr/bin/java -Xmx160m -XX:+UseSerialGC -XX:TieredStopAtLevel=1 --add-opens=java.base/java.lang=ALL-UNNAMED -Djava.net.preferIPv4Stack=true -cp 'hadoop/jars/*:site' "$main" "$@"
