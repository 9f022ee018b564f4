/** Shows by a file's owner which user an image has. */
export const makeOwner = ": >/platform/owner";

/** Ends once somebody opens the gate. */
export const waitForTree = "mkfifo /platform/gate && cat /platform/gate";

/** Stays until it is asked to end. */
export const keep = `trap 'exit 0' TERM
while :; do
  sleep 3600 &
  wait $!
done`;

/**
 * The first process of a step's container: runs the commands as another process, which signals can end, and says as its
 * last words (its termination message) when the kernel has ended some of them because memory ran out. That is not
 * otherwise known when it was not the first process.
 */
export function firstProcess(lastWords: string): string {
  return `/bin/sh -c "$1"
status=$?
if [ "$status" != 0 ]; then
  for file in /sys/fs/cgroup/memory.events /sys/fs/cgroup/memory/memory.oom_control; do
    [ -r "$file" ] && while read -r name count; do
      [ "$name" = oom_kill ] && [ "$count" != 0 ] && echo ${lastWords} >/dev/termination-log
    done <"$file"
  done 2>/dev/null
fi
exit "$status"`;
}
