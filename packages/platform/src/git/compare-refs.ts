import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { notFound } from "../problem.ts";
import { changedFiles } from "./changed-files.ts";
import { gitOutput, readGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import { records } from "./records.ts";
import type { Repository } from "./repository.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { treePath } from "./tree-path.ts";

const newline = 10;

/** The commit where two histories parted (git's choice when there are several), or null when they share none. */
async function mergeBase(repository: Repository, commits: readonly string[], signal?: AbortSignal) {
  try {
    return (await readGit(["merge-base", ...commits], { repository, signal })).trimEnd();
  } catch (error) {
    if (error instanceof GitError && error.code === 1) return null;
    throw error;
  }
}

/** The start of a patch: at most `limit` bytes, cut at the end of a line. */
async function startOfPatch(output: AsyncIterable<Buffer>, limit: number) {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of output) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > limit) break;
  }
  const whole = Buffer.concat(chunks);
  const cut = size > limit ? whole.subarray(0, whole.subarray(0, limit).lastIndexOf(newline) + 1) : whole;
  return { patch: cut.toString("utf8"), patch_truncated: size > limit };
}

/**
 * What `head` changed since it left `base`, as `git diff base...head` shows it: renames found, no external programs, no
 * attributes. A patch that is not valid UTF-8 comes with replacement characters. Throws `Problem` 404 for an unknown ref.
 */
export async function compareRefs(
  repository: Repository,
  query: QueryOf<typeof git.compareRefs>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.compareRefs>> {
  const path = treePath(query.path ?? "");
  const [base, head] = await Promise.all([
    resolveCommit(repository, query.base, signal),
    resolveCommit(repository, query.head, signal),
  ]);
  if (base === undefined || head === undefined) throw notFound("commit");
  const common = await mergeBase(repository, [base, head], signal);

  const diff = (formats: readonly string[]) => {
    const flags = ["-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", ...formats];
    const paths = path ? [path] : [];
    return gitOutput(["--literal-pathspecs", "diff-tree", ...flags, common ?? base, head, "--", ...paths], {
      repository,
      signal,
    });
  };
  const [counts, changes, patch] = await Promise.all([
    readGit(["rev-list", "--count", "--left-right", `${base}...${head}`], { repository, signal }),
    changedFiles(records(diff(["-z", "--raw", "--numstat"]))),
    startOfPatch(diff(["-p"]), query.patch_limit),
  ]);
  const [behind = 0, ahead = 0] = counts.split("\t").map(Number);
  return {
    base_sha: base,
    head_sha: head,
    merge_base_sha: common,
    ahead_by: ahead,
    behind_by: behind,
    ...changes,
    ...patch,
  };
}
