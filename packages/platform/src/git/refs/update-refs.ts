import { readGit } from "../git.ts";
import type { Repository } from "../repository.ts";

/** What is to become of one ref. */
export interface RefCommand {
  /** The full name. */
  readonly ref: string;
  /** What it is to name; null to delete it, undefined to leave it as it is. */
  readonly newSha?: string | null;
  /** What it must name now, or nothing is done to any ref; undefined for whatever it does. */
  readonly oldSha?: string;
}

/**
 * Changes refs together: all of them, or none when one is not what it must be.
 * @throws GitError with an exit code when nothing was changed; one without (git was killed) and any other error say nothing
 */
export async function updateRefs(repository: Repository, commands: readonly RefCommand[]): Promise<void> {
  await readGit(["update-ref", "-z", "--stdin"], {
    repository,
    input: commands.map(lineOf).join(""),
    // Git removes its lock files when it is ended so.
    stopSignal: "SIGTERM",
    // Changes of one branch take turns with pushes to it.
    settings: { "core.filesRefLockTimeout": "2000", "core.packedRefsTimeout": "10000" },
  });
}

function lineOf({ ref, newSha, oldSha = "" }: RefCommand): string {
  if (newSha === undefined) return `verify ${ref}\0${oldSha}\0`;
  return newSha === null ? `delete ${ref}\0${oldSha}\0` : `update ${ref}\0${newSha}\0${oldSha}\0`;
}
