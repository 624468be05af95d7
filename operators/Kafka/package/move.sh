#!/bin/sh
# $1 drain or spread, $2 the broker that is to hold nothing any more; the rest is the command of TopicCommand. Those that stay are in the file brokers, with where they are.
# Kafka itself moves the copies: a partition is served all the time, and what was moved is taken off a broker when its new place has all of it. Done again it goes
# on with what is left.
set -eu
what=$1 leaves=$2
shift 2
stays=$(cut -d ' ' -f 1 brokers | paste -s -d , -) servers=$(cut -d ' ' -f 2 brokers | paste -s -d , -)

# The same virtual machine for whatever tool.
tool() {
    main=$1
    shift
    "$java" $options -cp "$jars" "$main" --bootstrap-server "$servers" --command-config client.properties "$@"
}
java=$1
shift
options= jars=
while [ $# -gt 0 ]; do
    case $1 in
        -cp) jars=$2; shift ;;
        -*) options="$options $1" ;;
    esac
    shift
done

tool org.apache.kafka.tools.TopicCommand --describe > topics
# What is under way is not planned again.
awk -v what="$what" -v leaves="$leaves" -v stays="$stays" -f plan.awk topics > plan.json
if [ ! -s plan.json ]; then
    echo "nothing is to be moved"
    exit 0
fi
echo "to be moved: $(grep -c '"topic"' plan.json) partitions"
tool org.apache.kafka.tools.reassign.ReassignPartitionsCommand --execute --reassignment-json-file plan.json > /dev/null
while :; do
    tool org.apache.kafka.tools.reassign.ReassignPartitionsCommand --verify --preserve-throttles --reassignment-json-file plan.json > state
    if grep -q 'failed' state; then
        grep 'failed' state >&2
        exit 1
    fi
    left=$(grep -c 'still in progress' state || true)
    echo "left: $left partitions"
    if [ "$left" -eq 0 ]; then exit 0; fi
    sleep 2
done
