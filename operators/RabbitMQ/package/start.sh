#!/bin/sh
# Erlang takes its cookie from the home folder and refuses one that others may read; all that is written stays in the sandbox.
set -eu
umask 077
HOME=$PWD/home
mkdir -p "$HOME" data log
cat cookie > "$HOME/.erlang.cookie"
chmod 400 "$HOME/.erlang.cookie"
export HOME
export RABBITMQ_CONFIG_FILE=$PWD/rabbitmq.conf RABBITMQ_CONFIG_FILES=$PWD/no-more RABBITMQ_ADVANCED_CONFIG_FILE=$PWD/none.config
export RABBITMQ_CONF_ENV_FILE=$PWD/none.conf RABBITMQ_ENABLED_PLUGINS_FILE=$PWD/enabled_plugins
export RABBITMQ_MNESIA_BASE=$PWD/data RABBITMQ_LOG_BASE=$PWD/log RABBITMQ_PID_FILE=$PWD/pid RABBITMQ_FEATURE_FLAGS_FILE=$PWD/feature_flags RABBITMQ_GENERATED_CONFIG_DIR=$PWD/generated
exec /usr/lib/rabbitmq/bin/rabbitmq-server
