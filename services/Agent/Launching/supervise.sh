# Stands between the agent and one task, so that the task outlives the agent and its exit status is known afterwards.
# $1: folder of the run's checkpoints. $2: how many cgroup.procs files follow. Then the command, word by word.
run=$1
left=$2
shift 2
# Signals are meant for the task; what is only trapped, not ignored, is back to normal in the task.
trap : HUP INT QUIT TERM
# Process id and start time (against a process id that is used again), in one write before the task exists.
read -r stat < "/proc/$$/stat" && echo "$stat" > "$run/started" || exit 125
(
    while [ "$left" -gt 0 ]; do
        echo 0 > "$1" || exit 125
        shift
        left=$((left - 1))
    done
    exec "$@"
)
# The status is the name of an empty file: there or not, never half written, and no block of a full disk is needed.
: > "$run/exit-$?"
