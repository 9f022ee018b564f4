import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * `end PID` ends a process and waits until it is gone; a zombie, which nobody may reap, has no program any more.
 * `release DIRECTORY` unmounts what is mounted below it, the innermost first. `end_group DIRECTORY` kills what is in a
 * control group of version 1 and removes it. `remove DIRECTORY` removes it, but nothing that is mounted in it.
 */
const undoing = `
trap '' INT TERM HUP
end() {
  kill "$1" 2> /dev/null || return 0
  for _ in $(seq 150); do readlink "/proc/$1/exe" > /dev/null || return 0; sleep 0.1; done
  kill -9 "$1" 2> /dev/null || true
}
remove() {
  if [ -e /proc/self/mounts ]; then rm -rf --one-file-system "$1"; else rm -rf "$1"; fi
}
release() {
  [ -e /proc/self/mounts ] || return 0
  awk -v below="$1/" 'index($2, below) == 1 { print $2 }' /proc/self/mounts | sort -r | xargs -r umount --lazy
}
end_group() {
  for _ in $(seq 100); do
    [ -d "$1" ] || return 0
    find "$1" -name cgroup.procs -exec cat {} + | sort -u | xargs -r kill -9
    find "$1" -depth -type d -exec rmdir {} + 2> /dev/null && return 0
    sleep 0.1
  done
  return 1
}
sed '1!G;h;$!d' | {
  failed=0 complete=0
  while IFS= read -r command; do
    eval "$command" < /dev/null || { echo "cannot be undone: $command" >&2; failed=1; }
  done
  [ $complete = 1 ] || { echo 'nothing could be undone' >&2; failed=1; }
  exit $failed
}
`;

/**
 * What is changed on this host for a time. It is undone, the last change first, when this is disposed of, when this process
 * is told to end (which it then does), and whatever else becomes of it: another one does it, once it hears no more from it.
 */
export class HostChanges implements AsyncDisposable {
  readonly #undoing = spawn("sh", ["-c", undoing], { detached: true, stdio: ["pipe", "inherit", "inherit"] });
  readonly #ended = once(this.#undoing, "exit");

  constructor() {
    // Whether it has ended early is told by its exit code.
    this.#undoing.stdin.on("error", () => {});
    // The last to be run: then all was.
    this.willUndo("complete=1");
    for (const [signal, code] of [
      ["SIGINT", 130],
      ["SIGTERM", 143],
      ["SIGHUP", 129],
    ] as const) {
      process.on(signal, () => {
        process.exitCode = code;
        this[Symbol.asyncDispose]().finally(() => process.exit(code));
      });
    }
  }

  /**
   * Says how the next change will be undone, before it is made: with a line of shell, which must do no harm when it has not
   * been made. Beside what the shell has there are `end PID`, `end_group DIRECTORY`, `release DIRECTORY` and `remove
   * DIRECTORY`.
   */
  willUndo(command: string): void {
    if (command.includes("\n")) throw new Error("an undoing is one line");
    this.#undoing.stdin.write(`${command}\n`);
  }

  /** Makes a temporary directory, which goes with the changes, whatever is mounted in it. */
  async directory(prefix: string): Promise<string> {
    const path = await mkdtemp(join(tmpdir(), prefix));
    this.willUndo(`remove ${quoted(path)}`);
    this.willUndo(`release ${quoted(path)}`);
    return path;
  }

  /** Undoes everything. @throws when something could not be undone; stderr says what */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#undoing.stdin.end();
    const [code] = await this.#ended;
    if (code !== 0) throw new Error("not everything that was changed on this host could be undone");
  }
}

/** A word for the shell. */
export function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
