#!/bin/bash
# Runs the balancer: that there is nothing to move, or nothing more that can be moved, is as good as moved.
set -uo pipefail
"$@"
status=$?
case $status in
    0 | 254 | 253) exit 0 ;;
    *) exit "$status" ;;
esac
