import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import { failureReason } from "./failure-reason.ts";
import { type GitOptions, readGit, startGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import { importEnvironment } from "./import-config.ts";
import { ImportError } from "./import-error.ts";
import { type ImportSource, importSource } from "./import-source.ts";
import { createRepository } from "./init-repository.ts";
import { newDirectory } from "./new-directory.ts";
import { ProgressLines } from "./progress-lines.ts";

export interface ImportOptions {
  /** An https, http or ssh URL, `host:path`, or a local path. */
  readonly source: string;
  /** The directory to make; there must be nothing yet. */
  readonly destination: string;
  /** Told each line of progress that git writes. */
  readonly onProgress?: (line: string) => void;
  readonly signal?: AbortSignal | undefined;
}

async function checkLocal(path: string, options: GitOptions): Promise<void> {
  const info = await stat(path).catch(() => undefined);
  if (!info) throw new ImportError(`${path} does not exist`);
  if (!info.isDirectory()) throw new ImportError(`${path} is not a directory`);
  try {
    // The ceiling keeps git from finding a repository that merely contains the path.
    const environment = { ...options.environment, GIT_CEILING_DIRECTORIES: dirname(path) };
    await readGit(["-C", path, "rev-parse", "--git-dir"], { ...options, environment });
  } catch (error) {
    if (error instanceof GitError) throw new ImportError(`${path} is not a git repository`);
    throw error;
  }
}

interface SourceRefs {
  /** The branch that HEAD names, unless it is detached or missing. */
  readonly head: string | undefined;
  readonly hasHead: boolean;
  readonly branches: readonly string[];
}

async function sourceRefs(source: ImportSource, options: GitOptions): Promise<SourceRefs> {
  const output = await readGit(["ls-remote", "--symref", source.location], options);
  const lines = output.split("\n").map((line) => line.split("\t"));
  const names = lines.map(([, name = ""]) => name);
  return {
    head: lines.find(([value, name]) => name === "HEAD" && value?.startsWith("ref: refs/heads/"))?.[0]?.slice(16),
    hasHead: names.includes("HEAD"),
    branches: names.filter((name) => name.startsWith("refs/heads/")).map((name) => name.slice(11)),
  };
}

function chooseDefault({ head, branches }: SourceRefs): string {
  return (
    [head, "main", "master"].find((name) => name !== undefined && branches.includes(name)) ?? branches[0] ?? "main"
  );
}

/**
 * Copies a repository's branches and tags into a new bare repository: whole, or not at all. Nothing of it is executed,
 * nothing is shared with it, and no remote is stored. The default branch is the one its HEAD names; else `main`,
 * `master` or its first branch. Where it has no branch but a detached HEAD, as checkouts in CI do, HEAD becomes `main`.
 * Throws `ImportError`.
 */
export async function importRepository(options: ImportOptions): Promise<{ defaultBranch: string }> {
  const source = importSource(options.source);
  try {
    return await newDirectory(options.destination, ({ result, scratch }) =>
      fetchInto(result, scratch, source, options),
    );
  } catch (error) {
    if (error instanceof GitError)
      throw new ImportError(`cannot import ${source.location}: ${failureReason(error.stderr)}`);
    throw error;
  }
}

async function fetchInto(path: string, scratch: string, source: ImportSource, options: ImportOptions) {
  const { signal, onProgress = () => {} } = options;
  const environment = await importEnvironment(source, scratch);
  const common: GitOptions = { signal, environment, timeout: Number.POSITIVE_INFINITY };
  if (source.kind === "local") await checkLocal(source.location, common);
  const refs = await sourceRefs(source, common);
  const defaultBranch = chooseDefault(refs);
  await createRepository(path, defaultBranch);
  if (!refs.hasHead && refs.branches.length === 0) return { defaultBranch };

  const refspecs = ["+refs/heads/*:refs/heads/*", "+refs/tags/*:refs/tags/*"];
  if (refs.branches.length === 0) refspecs.push(`+HEAD:refs/heads/${defaultBranch}`);
  const repository = { path };
  // A shallow source gives a shallow copy.
  const flags = ["--progress", "--update-shallow", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"];
  const args = ["fetch", ...flags, source.location, ...refspecs];
  const git = startGit(args, { ...common, repository });
  git.stdin.end();
  git.stdout.resume();
  const progress = new ProgressLines();
  git.stderr.on("data", (text: string) => {
    for (const line of progress.add(text)) onProgress(line);
  });
  const { code, stderr } = await git.ended;
  if (code !== 0) throw new GitError("fetch", code, stderr);
  await readGit(["pack-refs", "--all"], { ...common, repository });
  await readGit(["commit-graph", "write", "--reachable", "--no-progress"], { ...common, repository });
  return { defaultBranch };
}
