# The first process of a step in namespaces of its own: inside.sh USER GROUP PROCESSES MOUNTS SCRIPT
# It is root in them, shows the step what it is to see by the table MOUNTS, and runs SCRIPT for it as USER, in one more
# user namespace: there nobody has a right over these ones, so that nothing is shown again and this process not touched.
set -e
asked=''
user=$1 group=$2 processes=$3 mounts=$4 script=$5

mount -t proc proc /proc
if [ "$processes" != unlimited ]; then
  echo "$processes" >/proc/sys/kernel/pid_max
fi
mount --all --fstab "$mounts"
if [ "$user" = 0 ] && [ -d /sys/kernel ]; then
  # With all flags that it may have already: none of them may be taken off.
  mount -o remount,bind,ro,nosuid,nodev,noexec /sys
fi

set +e
trap 'kill -s TERM -- -1' TERM
trap 'asked=yes; kill -s TERM "$step"' USR1
echo started >&2
# In a session of its own: a `kill 0` must not reach the processes that watch over it.
setsid unshare --user --map-user="$user" --map-group="$group" -- /bin/sh -c "$script" 2>&1 &
step=$!
# It may have been asked for before it was there.
[ -n "$asked" ] && kill -s TERM "$step"
while
  wait "$step"
  status=$?
  # Woken by the signal, not by the step's end.
  kill -0 "$step" 2>/dev/null
do :; done
# A signal that came together with the step's end stood for how it ended: a shell that still knows that says it now.
wait "$step" 2>/dev/null
last=$?
[ "$last" = 127 ] || status=$last
# With this process, the first of its namespace, ends whatever the step has left running.
exit "$status"
