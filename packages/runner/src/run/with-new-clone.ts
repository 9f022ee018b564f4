import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { Patience } from "./patience.ts";
import { reason } from "./problems.ts";
import type { SessionSettings } from "./session-settings.ts";
import { whileAway } from "./while-away.ts";
import type { Clone } from "./workspace.ts";

interface NewCloneOptions {
  readonly git: Git;
  readonly settings: SessionSettings;
  /** The one that is gone. */
  readonly clone: Clone;
  readonly patience: Patience;
}

/**
 * Does something with a repository elsewhere to which the work tree belongs, in place of the clone that it has lost: at the
 * commit with which the session began, or at none when the platform is away. It is removed afterwards.
 */
export async function withNewClone<T>(
  { git, settings, clone, patience }: NewCloneOptions,
  use: (git: Git, problems: readonly string[]) => Promise<T>,
): Promise<T> {
  const directory = await mkdtemp(join(tmpdir(), "runner-clone-"));
  const problems: string[] = [];
  const place = { GIT_DIR: directory, GIT_WORK_TREE: settings.workspace };
  const again: Git = (args, options) => git(args, { ...options, env: { ...place, ...options?.env } });
  try {
    await git(["init", "--quiet", "--bare", directory]);
    await again(["remote", "add", "origin", clone.url]);
    try {
      await whileAway(patience.until, () => again(["fetch", "--quiet", "origin"], { timeout: patience.transfer() }));
      if (clone.head !== undefined) await again(["update-ref", "--no-deref", "HEAD", clone.head]);
    } catch (error) {
      problems.push(`the files are saved without what was there before: ${reason(error)}`);
    }
    return await use(again, problems);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
