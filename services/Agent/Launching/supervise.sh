# Stands between the agent and one task, so that the task outlives the agent and its exit status is known afterwards. Runs
# as the task's user with the task's environment, and is the first process of the task's own process ids where it has some.
# Descriptor 3 takes the exit status, on descriptor 4 the agent says when the task may start.
# Descriptors 5 and 6 are the pipes of its output: held here, what is in them waits for a reader, and the task with it.
# $1: most open files of a process. $2: the folder that the task starts in; "." for the one that this starts in.
# Then the command, word by word.
# Signals are meant for the task; what is only trapped, not ignored, is back to normal in the task.
trap : HUP INT QUIT TERM
# Without that word the agent has ended or failed before everything was prepared: nothing is started, nothing is said.
read -r go <&4 && [ "$go" = go ] || exit 125
exec 4<&-
# Nothing is kept in variables: the task may have some of the same name. Meanwhile the files around may have become an image's.
[ "$2" = . ] || cd /
(
    exec 3>&- 5<&- 6<&-
    ulimit -c 0
    ulimit -n "$1"
    [ "$2" = . ] || { cd "$2" && unset OLDPWD; } || exit 125
    shift 2
    exec "$@"
)
# Over what is there already: no block of a full disk is needed.
echo "$?" >&3
