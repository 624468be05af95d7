# Stands between the agent and one container within a task's, so that the container outlives the agent and its exit status is known
# afterwards. Runs as the task's user, as a part of the task.
# Descriptor 3 takes the exit status, on descriptor 4 the agent says when the container may start.
# Descriptors 5 and 6 are the pipes of its output, 7 is one that nobody writes to.
# $1: most open files of a process. Then the command, word by word.
trap : HUP INT QUIT TERM
read -r go <&4 && [ "$go" = go ] || exit 125
exec 4<&-
# Holds the pipes until it is ended by who reads them: what the container writes last waits there while no agent is. No child of this
# shell, whose only child is the container's first process.
( ( read -r never <&7 ) 3>&- & )
(
    exec 3>&- 5<&- 6<&- 7<&-
    ulimit -c 0
    ulimit -n "$1"
    shift
    exec "$@"
)
echo "$?" >&3
