#!/bin/bash
# $1 the method, $2 the host, $3 the port, $4 the path: what a web server answers (JSON where it has a choice), if that is 2xx. Nothing else that could ask is on every host.
set -euo pipefail
exec 3<> "/dev/tcp/$2/$3"
printf '%s %s HTTP/1.0\r\nHost: %s:%s\r\nAccept: application/json\r\nContent-Length: 0\r\n\r\n' "$1" "$4" "$2" "$3" >&3
IFS=' ' read -r -u 3 _ status _
while IFS= read -r -u 3 line && [ "${line%$'\r'}" != "" ]; do :; done
cat <&3
[[ $status == 2?? ]]
