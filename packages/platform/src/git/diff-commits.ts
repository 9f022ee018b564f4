import type { git, ResponseOf } from "@platform-mcp/client/contract";
import { changedFiles } from "./changed-files.ts";
import { gitOutput } from "./git.ts";
import { records } from "./records.ts";
import type { Repository } from "./repository.ts";
import { treePath } from "./tree-path.ts";

type Comparison = ResponseOf<typeof git.compareRefs>;
export type CommitDiff = Pick<
  Comparison,
  "files" | "total_files" | "additions" | "deletions" | "patch" | "patch_truncated"
>;

export interface DiffOptions {
  /** Only this file or directory. */
  readonly path?: string | undefined;
  /** Bytes of patch at most; 0 for none. */
  readonly patchLimit: number;
  readonly signal?: AbortSignal | undefined;
}

const newline = 10;

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
 * What changed from one commit to another: renames found, no external programs, no attributes. A patch that is not valid
 * UTF-8 comes with replacement characters. @throws Problem 400 for a path that none can be
 */
export async function diffCommits(
  repository: Repository,
  from: string,
  to: string,
  options: DiffOptions,
): Promise<CommitDiff> {
  const { patchLimit, signal } = options;
  const path = treePath(options.path ?? "");
  const diff = (formats: readonly string[]) => {
    const flags = ["-r", "-M", "--no-ext-diff", "--no-textconv", "--no-color", "--submodule=short", ...formats];
    const paths = path ? [path] : [];
    return gitOutput(["--literal-pathspecs", "diff-tree", ...flags, from, to, "--", ...paths], { repository, signal });
  };
  const [changes, patch] = await Promise.all([
    changedFiles(records(diff(["-z", "--raw", "--numstat"]))),
    startOfPatch(diff(["-p"]), patchLimit),
  ]);
  return { ...changes, ...patch };
}
