#!/bin/bash
# $1 the DataNode, $2 its host, empty when it does not run, $3 its port, $4 how many copies new files have, $5 the NameNodes' HTTP addresses.
set -euo pipefail
name=$1 host=$2 port=$3 copies=$4 namenodes=$5
done=

ask() { timeout 5 bash ask.sh GET "${1%:*}" "${1##*:}" "/jmx?qry=Hadoop:service=NameNode,name=$2" 2> /dev/null; }
active() {
    local each
    for each in $namenodes; do
        if ask "$each" NameNodeStatus | grep -q '"State" : "active"'; then
            printf '%s' "$each"
            return 0
        fi
    done
    return 1
}
# $1 the question, $2 its value.
number() { sed -n "s/^ *\"$2\" : \([0-9]*\),\?\$/\1/p" <<< "$1" | head -n 1; }
# One line for each DataNode that lives.
nodes() { sed -n 's/^ *"LiveNodes" : "\(.*\)",$/\1/p' <<< "$1" | sed 's/\\"/"/g; s/},/}\n/g'; }
say() { if [ "${said:-}" != "$1" ]; then said=$1; printf '%s\n' "$1" >&2; fi; }
refuse() { printf '%s\n' "$1" >&2; exit 1; }

# Who is no longer to leave stays.
depart() { if [ -z "$done" ] && [ -n "$host" ]; then rm -f "$MEETING/leaving/$host.$port"; fi; }
trap depart EXIT
trap 'exit 143' TERM INT

while true; do
    if ! namenode=$(active) || ! state=$(ask "$namenode" 'FSNamesystem') || ! info=$(ask "$namenode" 'NameNodeInfo'); then
        say "no NameNode is active"
        sleep 2
        continue
    fi
    missing=$(number "$state" MissingBlocks)
    under=$(number "$state" UnderReplicatedBlocks)
    if [ -z "$host" ]; then
        # What it held has been copied when the NameNode has given it up and lacks nothing.
        if [ "$(number "$state" NumDeadDataNodes)" -gt 0 ] && [ "$missing" = 0 ] && [ "$under" = 0 ]; then break; fi
        refuse "$name does not run, so it can't hand on what it holds, and the NameNode does not have all of it elsewhere yet ($under blocks with too few copies, $missing without any)"
    fi
    line=$(nodes "$info" | grep -F "\"$host:$port\":{" || true)
    if [ -z "$line" ]; then line=$(nodes "$info" | grep -F "\"xferaddr\":\"$host:$port\"" || true); fi
    if [ -z "$line" ]; then
        say "the NameNode does not know $name at $host:$port"
        sleep 2
        continue
    fi
    case $line in
        *'"adminState":"Decommissioned"'*) break ;;
        *'"adminState":"In Service"'*)
            others=$(nodes "$info" | grep -F '"adminState":"In Service"' | grep -vxF "$line" || true)
            if [ ! -e "$MEETING/leaving/$host.$port" ]; then
                count=$(grep -c . <<< "$others" || true)
                if [ "$count" -lt "$copies" ]; then refuse "$count DataNodes would stay, and files have $copies copies (the option copies)"; fi
                held=$(sed -n 's/.*"usedSpace":\([0-9]*\).*/\1/p' <<< "$line")
                room=$(sed -n 's/.*"remaining":\([0-9]*\).*/\1/p' <<< "$others" | awk '{ sum += $1 } END { printf "%.0f", sum }')
                if [ "$held" -gt "$room" ]; then refuse "the others have room for $((room / 1048576)) MiB, and $name holds $((held / 1048576)) MiB"; fi
                mkdir -p "$MEETING/leaving"
                printf '%s:%s\n' "$host" "$port" > "$MEETING/leaving/.$host.$port"
                mv "$MEETING/leaving/.$host.$port" "$MEETING/leaving/$host.$port"
                say "$name is told to leave"
            fi
            ;;
        *)
            left=$(sed -n 's/^ *"DecomNodes" : "\(.*\)",$/\1/p' <<< "$info" | sed 's/\\"/"/g; s/},/}\n/g' | grep -F "$host:$port" | sed -n 's/.*"underReplicatedBlocks":\([0-9]*\).*/\1/p' || true)
            say "${left:-some} blocks of $name are still to be copied"
            ;;
    esac
    sleep 1
done
done=yes
