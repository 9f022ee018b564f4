import { copyFile, mkdtemp, rm, stat, utimes } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Git, GitFailure } from "./git.ts";

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
  /** What could not be put into it, and why. */
  readonly leftOut: readonly string[];
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
    const nested = await nestedRepositories(git, env);
    const leftOut = [
      ...(await add(git, ["--update", "--", "."], env)),
      ...(await add(git, ["--all", "--", ".", ...keep, ...nested.map((path) => `:(exclude,literal)${path}`)], env)),
    ];
    for (const path of nested) leftOut.push(...(await addNested(git, path, env, join(directory, "nested"))));
    const tree = await git(["write-tree"], { env });
    if (head !== undefined && tree === (await git(["rev-parse", `${head}^{tree}`])))
      return { commit: head, isDirty: false, leftOut };
    if (head === undefined && (await git(["ls-tree", tree])) === "") return undefined;
    const parents = head === undefined ? [] : ["-p", head];
    const commit = await git(["commit-tree", tree, ...parents, "-F", "-"], { input: message });
    return { commit, isDirty: true, leftOut };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const keep = denied.flatMap((name) => [`:(exclude,glob)**/${name}`, `:(exclude,glob)**/${name}/**`]);

type Index = { readonly GIT_INDEX_FILE: string };

/** Adds what can be added; gives what git says of the rest. @throws GitFailure when nothing could be added */
async function add(git: Git, args: readonly string[], env: Index, options: readonly string[] = []): Promise<string[]> {
  try {
    await git([...options, "add", "--ignore-errors", ...args], { env });
    return [];
  } catch (error) {
    // This code alone says that the rest was added.
    if (!(error instanceof GitFailure) || error.code !== 1) throw error;
    return [error.message];
  }
}

/** Repositories that were made in the work tree and are no submodules, as paths in it. */
async function nestedRepositories(git: Git, env: Index): Promise<string[]> {
  const untracked = await git(["ls-files", "--others", "--exclude-standard", "-z"], { env });
  return untracked.split("\0").flatMap((path) => (path.endsWith("/") ? [path.slice(0, -1)] : []));
}

/**
 * Adds the files of a repository within, as files of this one: no commit would hold them otherwise. One with a remote is
 * a copy of something else, and not the agent's work.
 */
async function addNested(git: Git, path: string, env: Index, index: string): Promise<string[]> {
  const top = await git(["rev-parse", "--show-toplevel"]);
  const tree = join(top, path);
  try {
    if ((await git(["remote"], { cwd: tree, env: { GIT_DIR: join(tree, ".git") } })) !== "")
      return [`${path} is a clone of another repository, and is left out`];
    const options = ["--git-dir", await git(["rev-parse", "--absolute-git-dir"]), "--work-tree", tree];
    const own = { GIT_INDEX_FILE: index };
    await git([...options, "read-tree", "--empty"], { env: own });
    const leftOut = await add(git, ["--all", "--", ".", ...keep], own, options);
    const made = await git([...options, "write-tree"], { env: own });
    await git(["read-tree", `--prefix=${path}/`, made], { env });
    return leftOut;
  } catch (error) {
    return [`${path}: ${error instanceof Error ? error.message : error}`];
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
