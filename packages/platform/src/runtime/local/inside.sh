# The first process of a step in namespaces of its own:
# inside.sh USER GROUP PROCESSES DATA VIEW ROOM REPOSITORY SCRIPT HIDDEN...
# It is root in them, hides what the step must not see, and runs SCRIPT for the step as USER, in one more user namespace:
# there nobody has a right over these namespaces, so that nothing can be shown again, and this process not be touched.
set -e
user=$1 group=$2 processes=$3 data=$4 view=$5 room=$6 repository=$7 script=$8
shift 8

mount -t proc proc /proc
if [ "$processes" != unlimited ]; then
  echo "$processes" >/proc/sys/kernel/pid_max
fi
for hidden in "$@"; do
  mount --bind "$view/empty" "$hidden"
done
# In place of the platform's directory comes one that holds this step's own room and repository alone.
mount --bind "$room" "$view/data${room#"$data"}"
case $repository in
  "$data"/*) shown=$view/data${repository#"$data"} ;;
  *) shown=$repository ;;
esac
mount --bind "$repository" "$shown"
# With the flags that the mount may have already: none of them may be taken off.
mount -o remount,bind,ro,nosuid,nodev,noexec "$shown"
mount --rbind "$view/data" "$data"

set +e
trap 'kill -s TERM -- -1' TERM
echo started >&2
# In a session of its own: a `kill 0` must not reach the processes that watch over it.
setsid unshare --user --map-user="$user" --map-group="$group" -- /bin/sh -c "$script" 2>&1 &
step=$!
while
  wait "$step"
  status=$?
  # Woken by the signal, not by the step's end.
  kill -0 "$step" 2>/dev/null
do :; done
# With this process, the first of its namespace, ends whatever the step has left running.
exit "$status"
