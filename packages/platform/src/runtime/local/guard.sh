# Runs a step, or a part of an agent's life, and watches over it: guard.sh MODE SECONDS ROOM COMMAND...
# Standard output is that run's, standard error speaks to the platform in lines, and descriptor 3 is what the platform
# says: k (it is alive), t (SIGTERM to the whole run), f (SIGTERM to its first process), q (end it now). Its end, or
# SECONDS without a word, ends the run.
# This shell is outside of what the run can reach, where that is possible.
mode=$1 seconds=$2 room=$3
shift 3

# The run's first process as it is called out here, or its process group.
target() {
  if [ "$mode" = namespaces ]; then
    # It ends without a line break, which read takes for a failure.
    read -r first _ <"/proc/$run/task/$run/children"
    echo "$first"
  else
    echo "-$run"
  fi
}

# In namespaces that is for the process in there that knows it.
ask_first() {
  if [ "$mode" = namespaces ]; then kill -s USR1 -- "$(target)"; else kill -s TERM "$run"; fi
}

end() {
  kill -s KILL -- "$(target)" || kill -s KILL "$run"
}

# Ends what has left the group, which still has the run's own directories in its environment.
end_strays() {
  rounds=0
  while [ "$rounds" -lt 50 ]; do
    strays=$(grep -lsF -e "HOME=$room/home" -e "TMPDIR=$room/tmp" /proc/[0-9]*/environ)
    [ -z "$strays" ] && break
    for stray in $strays; do
      stray=${stray#/proc/}
      kill -s KILL "${stray%/environ}"
    done
    rounds=$((rounds + 1))
  done
}

if command -v timeout >/dev/null; then
  listen() { timeout "$seconds" dd bs=1 count=1; }
else
  # shellcheck disable=SC3045 # A shell that comes without timeout(1), such as macOS's, has these options.
  listen() { read -r -n 1 -t "$seconds" word && echo "$word"; }
fi

watch() {
  while word=$(listen <&3); do
    case $word in
      k) ;;
      t) kill -s TERM -- "$(target)" ;;
      f) ask_first ;;
      q)
        echo killed >&5
        end
        return
        ;;
      *) break ;;
    esac
  done
  echo abandoned >&5
  end
}

{
  # In a session of its own, or at least a process group: a `kill 0` must not reach what watches over the run.
  if [ "$mode" = group ]; then
    if command -v setsid >/dev/null; then set -- setsid "$@"; else set -m; fi
  fi
  "$@" </dev/null 3<&- &
  run=$!
  set +m
  # The platform may be gone when it is told something. The run itself is to end as others do.
  trap '' PIPE
  watch 5>&2 >/dev/null 2>&1 &
  watcher=$!
  wait "$run"
  status=$?
  kill -s KILL "$watcher"
  [ "$mode" = group ] && end_strays 2>/dev/null
  echo "exit $status" >&2
  # A pipe rather than the platform's socket: a run may open /dev/stdout.
} | cat 2>/dev/null 3<&-
