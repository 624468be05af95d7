#!/bin/sh
# The shell of Cassandra's own, at this node, as its superuser; what follows is said to it: sh cqlsh.sh -e 'DESCRIBE KEYSPACES'
export PYTHONPATH=python/site-packages PYTHONDONTWRITEBYTECODE=1
exec /usr/bin/python3 -m cqlshlib --cqlshrc=cqlshrc --credentials=credentials "$@"
