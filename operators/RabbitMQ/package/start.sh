#!/bin/sh
# Erlang takes its cookie from the home folder and refuses one that others may read; all that is written stays in the sandbox.
set -eu
umask 077
HOME=$PWD/home
mkdir -p "$HOME" data log more
cat cookie > "$HOME/.erlang.cookie"
chmod 400 "$HOME/.erlang.cookie"
export HOME

# The password may be another one than when data/ was made, so the user is defined anew at each start: by RabbitMQ's hash, which is
# base64 of a salt of 4 bytes with SHA-256 of salt and password.
bytes() { printf "$(printf %s "$1" | sed 's/../&\n/g' | while read -r byte; do printf '\\%03o' "0x$byte"; done)"; }
salt=$(od -An -N4 -tx1 /dev/urandom | tr -d ' \n')
digest=$({ bytes "$salt"; cat password; } | sha256sum | cut -c 1-64)
hash=$(bytes "$salt$digest" | base64 -w 0)
cat > definitions.json << END
{"users": [{"name": "user", "password_hash": "$hash", "hashing_algorithm": "rabbit_password_hashing_sha256", "tags": "administrator"}],
 "vhosts": [{"name": "/"}], "permissions": [{"user": "user", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}]}
END
printf 'load_definitions = %s\n' "$PWD/definitions.json" > more/10-definitions.conf

export RABBITMQ_CONFIG_FILE=$PWD/rabbitmq.conf RABBITMQ_CONFIG_FILES=$PWD/more RABBITMQ_ADVANCED_CONFIG_FILE=$PWD/none.config
export RABBITMQ_CONF_ENV_FILE=$PWD/none.conf RABBITMQ_ENABLED_PLUGINS_FILE=$PWD/enabled_plugins
export RABBITMQ_MNESIA_BASE=$PWD/data RABBITMQ_LOG_BASE=$PWD/log RABBITMQ_PID_FILE=$PWD/pid RABBITMQ_FEATURE_FLAGS_FILE=$PWD/data/feature_flags RABBITMQ_GENERATED_CONFIG_DIR=$PWD/generated
exec /usr/lib/rabbitmq/bin/rabbitmq-server
