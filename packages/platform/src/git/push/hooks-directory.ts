import { randomBytes } from "node:crypto";
import { access, constants, mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Problem } from "../../problem.ts";

/** The hooks that a push runs; each asks the platform. */
export const hookNames = ["pre-receive", "post-receive"] as const;
export type HookName = (typeof hookNames)[number];

/**
 * Sends the platform what git wants to know and passes on the answer, whose other lines reach the pusher. File
 * descriptor 3 is a socket that the platform gave this push alone: nobody else can speak on it, so it needs no secret,
 * and when the platform dies it closes. Whatever goes wrong then, a pre-receive hook that fails refuses the push.
 *
 * Each ref has "ref " before it, since git has not checked its name yet: a line break in one must not end the question.
 */
const script = `#!/bin/sh
{
  printf '%s\\n' "\${0##*/} $GIT_OBJECT_DIRECTORY" && LC_ALL=C sed 's/^/ref /' && printf 'end\\n'
} >&3 2>/dev/null || exit 1
while IFS= read -r line <&3; do
  case $line in
    accepted) exit 0 ;;
    refused) exit 1 ;;
    *) printf '%s\\n' "\${line#:}" ;;
  esac
done
printf 'the platform has stopped: push again\\n'
exit 1
`;

/** Where the platform keeps the hooks of all repositories. None is ever in a repository, where a push might reach it. */
export function hooksDirectoryOf(dataDirectory: string): string {
  return join(dataDirectory, "hooks");
}

/**
 * Makes sure that the hooks are there and can be run: git takes a push without asking when they are not.
 * @throws Problem 503 when they cannot be run, as on a file system that is mounted `noexec`
 */
export async function ensureHooks(directory: string): Promise<void> {
  if (await canBeRun(directory)) return;
  await writeHooks(directory).catch(() => {});
  if (await canBeRun(directory)) return;
  throw new Problem(503, "pushes are refused", {
    detail: `Pushes are refused: the hooks in ${directory} cannot be run.`,
  });
}

/** Each is there whole or not at all, whoever else writes it at the same time. */
async function writeHooks(directory: string): Promise<void> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (const name of hookNames) {
    const draft = join(directory, `.${name}-${randomBytes(6).toString("hex")}`);
    await writeFile(draft, script, { mode: 0o700 });
    await rename(draft, join(directory, name));
  }
}

async function canBeRun(directory: string): Promise<boolean> {
  try {
    await Promise.all(hookNames.map((name) => access(join(directory, name), constants.X_OK)));
    return true;
  } catch {
    return false;
  }
}
