#!/bin/bash
# The rest is the command. EVENTS is the folder of event logs, where the program writes one; KAFKA_... tell of the Kafka that the option names, HDFS_... of the HDFS.
set -euo pipefail
java=$1
shift
options=()
(umask 077 && cat given.conf > spark.conf)

# What can't be written costs the history of this cluster, and nothing else.
if [ -n "${EVENTS:-}" ] && ! { [ -d "$EVENTS" ] && [ -w "$EVENTS" ]; }; then
    echo "$EVENTS can't be written: no event log is kept, and the history won't know what runs here" >&2
    echo "spark.eventLog.enabled false" >> spark.conf
fi

# Where a path names no address it means the hosts' files, as on a cluster without HDFS.
if [ -n "${HDFS_SITE:-}" ]; then
    sed -n 's|.*<name>\([^<]*\)</name><value>\([^<]*\)</value>.*|spark.hadoop.\1 \2|p' "$HDFS_CORE_SITE" "$HDFS_SITE" | grep -v '^spark.hadoop.fs.defaultFS ' >> spark.conf
    echo "spark.hadoop.fs.defaultFS file:///" >> spark.conf
fi

# Signing in to Kafka is the virtual machine's affair, so that no query has to name the password. An executor's folder is work/APPLICATION/NUMBER.
if [ -n "${KAFKA_SASL_PASSWORD:-}" ]; then
    case "$KAFKA_SASL_USERNAME$KAFKA_SASL_PASSWORD" in
        *[!A-Za-z0-9._-]*) echo "a user or password of Kafka has other characters than letters, digits, '.', '_' and '-'" >&2; exit 1 ;;
    esac
    (
        umask 077
        printf 'KafkaClient { org.apache.kafka.common.security.plain.PlainLoginModule required username="%s" password="%s"; };\n' "$KAFKA_SASL_USERNAME" "$KAFKA_SASL_PASSWORD" > kafka.jaas
    )
    options+=(-Djava.security.auth.login.config=kafka.jaas)
    executor=-Djava.security.auth.login.config=../../../kafka.jaas
    if [ "$KAFKA_SECURITY_PROTOCOL" = SASL_SSL ]; then
        # What Java trusts otherwise, and the Kafka's authority.
        home=$(dirname "$(dirname "$(readlink -f "$java")")")
        cp -L --no-preserve=mode "$home/lib/security/cacerts" trusted
        "$home/bin/keytool" -importcert -noprompt -alias kafka -file "$KAFKA_AUTHORITY" -keystore trusted -storepass changeit > keytool.log 2>&1 || { cat keytool.log >&2; exit 1; }
        options+=(-Djavax.net.ssl.trustStore=trusted -Djavax.net.ssl.trustStorePassword=changeit)
        executor+=" -Djavax.net.ssl.trustStore=../../../trusted -Djavax.net.ssl.trustStorePassword=changeit"
    fi
    echo "spark.executor.extraJavaOptions $executor" >> spark.conf
fi
exec "$java" ${options[@]+"${options[@]}"} "$@"
