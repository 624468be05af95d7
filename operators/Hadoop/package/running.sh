#!/bin/bash
# $1 and $2 where the ResourceManager answers: what runs, with how far each is, in one line.
set -euo pipefail
answer=$(timeout 5 bash ask.sh GET "$1" "$2" '/ws/v1/cluster/apps?states=ACCEPTED,RUNNING&deSelects=resourceRequests')
printf 'asked\n'
# Of each application the name and the progress, whatever stands between them. Names are anybody's: what could pass for a field's end is no part of them.
awk 'BEGIN { RS = "\"id\":\"application_" }
    NR > 1 {
        name = progress = ""
        if (match($0, /"name":"([^"\\]|\\.)*"/)) name = substr($0, RSTART + 8, RLENGTH - 9)
        if (match($0, /"progress":[0-9.]+/)) progress = substr($0, RSTART + 11, RLENGTH - 11)
        gsub(/[^A-Za-z0-9 ._:()-]/, "", name)
        if (name == "") name = "application_" substr($0, 1, index($0, "\"") - 1)
        line = line (line == "" ? "" : ", ") substr(name, 1, 40) sprintf(" %.0f %%", progress)
    }
    END { if (line != "") print "running " line; else print "running nothing" }' <<< "$answer"
