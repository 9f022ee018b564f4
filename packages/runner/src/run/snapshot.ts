import { copyFile, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";

/** Untracked files that are never committed for the agent: the platform's own, and what mostly holds secrets. */
const denied = [
  ".platform",
  ".env",
  ".env.*",
  ".netrc",
  ".npmrc",
  ".pypirc",
  "*.pem",
  "*.p12",
  "*.pfx",
  "*.key",
  "id_rsa",
  "id_dsa",
  "id_ecdsa",
  "id_ed25519",
  ".git-credentials",
  "credentials.json",
];

/** A commit of the work tree as it stands, and whether it holds more than HEAD. */
export interface Snapshot {
  readonly commit: string;
  readonly isDirty: boolean;
}

/**
 * Commits the work tree as it stands through an index of its own: the agent's index, HEAD, branches and status stay
 * untouched, also in the middle of a rebase or a merge. Files that are ignored or mostly hold secrets stay out, unless
 * they are tracked already. Undefined: there is no commit and nothing to commit.
 */
export async function snapshot(git: Git, message: string): Promise<Snapshot | undefined> {
  const head = await git(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"]).catch(() => undefined);
  const directory = await mkdtemp(join(tmpdir(), "runner-index-"));
  try {
    const env = { GIT_INDEX_FILE: join(directory, "index") };
    await copyIndex(git, env.GIT_INDEX_FILE);
    // Conflicts and what is staged are the agent's affair: the tree is what lies there.
    await git(head === undefined ? ["read-tree", "--empty"] : ["read-tree", "--reset", head], { env });
    const keep = denied.flatMap((name) => [`:(exclude,glob)**/${name}`, `:(exclude,glob)**/${name}/**`]);
    await git(["add", "--update", "--", "."], { env });
    await git(["add", "--all", "--ignore-errors", "--", ".", ...keep], { env });
    const tree = await git(["write-tree"], { env });
    if (head !== undefined && tree === (await git(["rev-parse", `${head}^{tree}`])))
      return { commit: head, isDirty: false };
    if (head === undefined && (await git(["ls-tree", tree])) === "") return undefined;
    const parents = head === undefined ? [] : ["-p", head];
    const commit = await git(["commit-tree", tree, ...parents, "-F", "-"], { input: message });
    return { commit, isDirty: true };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/**
 * A copy of the agent's index: with what git knows about the files, only those that have changed are read. Its time comes
 * with it, by which git tells which files may have changed since without looking it, as times are coarse.
 */
async function copyIndex(git: Git, copy: string): Promise<void> {
  const index = await git(["rev-parse", "--path-format=absolute", "--git-path", "index"]);
  const known = await stat(index).catch(() => undefined);
  // A repository without a commit has none.
  if (known === undefined) return;
  await copyFile(index, copy);
  await utimes(copy, known.atime, known.mtime);
}
