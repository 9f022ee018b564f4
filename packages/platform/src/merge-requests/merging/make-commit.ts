import type { mergeRequests } from "@platform-mcp/client/contract";
import type * as z from "zod";
import type { UserRow } from "../../db/schema.ts";
import { readGit } from "../../git/git.ts";
import type { Repository } from "../../git/repository.ts";
import type { MergeRequestRow } from "../queries.ts";
import { identity } from "./identity.ts";

export interface NewCommit {
  readonly method: Exclude<z.output<typeof mergeRequests.mergeMethod>, "fast_forward">;
  readonly mergeRequest: MergeRequestRow;
  /** The tree that the merge gives. */
  readonly tree: string;
  readonly target: string;
  readonly head: string;
  /** What it says, if not what such commits usually say. */
  readonly message: string | undefined;
  readonly author: UserRow;
  readonly merger: UserRow;
}

/**
 * Makes the commit of a merge, on no branch yet, and gives its SHA: a merge commit by who merges, or all changes as one
 * commit by the merge request's author.
 */
export async function makeCommit(repository: Repository, commit: NewCommit): Promise<string> {
  const { method, tree, target, head, author, merger } = commit;
  const parents = method === "merge" ? ["-p", target, "-p", head] : ["-p", target];
  const output = await readGit(["commit-tree", tree, ...parents], {
    repository,
    environment: identity(method === "merge" ? merger : author, merger),
    input: `${(commit.message?.trim() ? commit.message : usualMessage(commit)).trimEnd()}\n`,
  });
  return output.trimEnd();
}

function usualMessage({ method, mergeRequest }: NewCommit): string {
  const { number, title, body, source_branch, target_branch } = mergeRequest;
  const reference = `${title} (!${number})`;
  if (method === "merge") return `Merge branch '${source_branch}' into ${target_branch}\n\n${reference}`;
  return body === null ? reference : `${reference}\n\n${body}`;
}
