import { AbortedError, ClientError, git, type pipelines, type ResponseOf } from "@platform-mcp/client";
import { type Api, list, named, note, type Part, record, shortSha, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { isCommit, shortRef } from "../git-ref.ts";
import { listPipelinesOf } from "../pipelines-of-ref.ts";

/** More files and commits than these are another tool's. */
const mostFiles = 20;
const mostCommits = 10;

export const changesOutput = {
  changes_since: z.string().optional(),
  files: z
    .array(
      z.object({
        path: z.string(),
        status: z.string(),
        additions: z.int().nullable(),
        deletions: z.int().nullable(),
      }),
    )
    .optional(),
  total_files: z.int().optional(),
  commits: z.array(z.object({ sha: z.string(), author: z.string(), subject: z.string() })).optional(),
  total_commits: z.int().optional(),
};

interface ProjectPipeline {
  readonly project_id: string;
  readonly pipeline: pipelines.Pipeline;
}

/**
 * What changed since the pipelines of this branch last succeeded; of a branch on which none has, since it left the
 * default branch. A diagnosis is worth having without it: whatever stands in the way is said, and nothing is thrown but
 * the end of the call.
 */
export async function changesSinceSuccess(
  api: Api,
  { project_id, pipeline }: ProjectPipeline,
): Promise<readonly Part[]> {
  const head = pipeline.commit_sha;
  if (head === null || head === undefined) return [];
  try {
    const success = await lastSuccess(api, { project_id, pipeline });
    const base = success?.commit_sha ?? "HEAD";
    if (base === head) {
      return [note(`The same commit succeeded in pipeline ${success?.id}: the code alone is not the reason.`)];
    }
    const [change, commits] = await Promise.all([
      api.call(git.compareRefs, { project_id, base, head, patch_limit: 0 }),
      api.call(git.listCommits, { project_id, ref: head, limit: mostCommits }),
    ]);
    if (success === undefined && change.ahead_by === 0) return [];
    const since =
      success === undefined
        ? "the default branch, as no pipeline of this ref has succeeded"
        : `the last success of this ref: commit ${shortSha(base)}, pipeline ${success.id}`;
    return [record({ changes_since: since }), filesOf(change, base, head), commitsOf(commits, change.ahead_by)];
  } catch (error) {
    if (!(error instanceof ClientError) || error instanceof AbortedError) throw error;
    return [note("What changed since the last success could not be compared on this platform; git shows it.")];
  }
}

/** The pipeline before this one that succeeded at its ref, if there is one. */
async function lastSuccess(api: Api, { project_id, pipeline }: ProjectPipeline) {
  const ref = shortRef(pipeline.git_ref ?? "");
  if (ref === "" || isCommit(ref)) return undefined;
  const { items } = await listPipelinesOf(api, { project_id, ref, status: "success" }, { limit: 20, offset: 0 });
  return items.find(
    ({ id, created_at, commit_sha }) => id !== pipeline.id && commit_sha && created_at <= pipeline.created_at,
  );
}

function filesOf({ files, total_files }: ResponseOf<typeof git.compareRefs>, base: string, head: string): Part {
  return list({
    of: "files",
    items: files.slice(0, mostFiles).map(({ path, status, additions, deletions }) => ({
      path: named(path),
      status,
      additions,
      deletions,
    })),
    total: total_files,
    next: () => `compare_refs with base=${shortSha(base)} and head=${shortSha(head)}, which has the patch`,
    empty: "There is no difference.",
    share: 0.6,
  });
}

function commitsOf(commits: ResponseOf<typeof git.listCommits>, ahead: number): Part {
  return list({
    of: "commits",
    items: commits.slice(0, Math.min(ahead, mostCommits)).map((commit) => ({
      sha: shortSha(commit.sha),
      author: user(commit.author_name),
      subject: user(commit.message),
    })),
    total: ahead,
    next: () => "list_commits with the ref",
    empty: "It holds no commit that was not there then.",
  });
}
