import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import { permissionsOn } from "../../access/authorise.ts";
import { branchTips } from "../../git/refs/branch-tips.ts";
import { conflict, notFound, Problem } from "../../problem.ts";
import type { Writing } from "../create-merge-request.ts";
import { lockMergeRequest } from "../queries.ts";
import type { NamedReview } from "./queries.ts";

/**
 * Adds a review of the head commit as it is at this moment. Whoever may read the project may say what they think; whose
 * verdict counts is decided when it is asked for. @throws Problem 403, 404, 409
 */
export async function createReview(
  { db, caller, project, repository, audit }: Writing,
  number: number,
  { verdict, body, commit_sha }: BodyOf<typeof mergeRequests.createReview>,
): Promise<NamedReview> {
  const mergeRequest = await lockMergeRequest(db, project.id, number);
  if (mergeRequest === undefined) throw notFound("merge request");
  const { id, status, author_id, source_branch, target_branch } = mergeRequest;
  if (status !== "open") throw conflict(`merge request ${number} is ${status}: only open ones are reviewed`);
  if (author_id === caller.user.id && verdict !== "comment") {
    const detail = "Nobody can approve their own merge request, or ask themselves for changes: only comment on it.";
    throw new Problem(403, "forbidden", { detail });
  }
  const [head] = await branchTips(repository, [source_branch]);
  if (head === undefined) throw conflict(`the source branch ${source_branch} is gone: there is nothing to review`);
  if (commit_sha !== undefined && commit_sha.toLowerCase() !== head) {
    throw conflict(`the head is ${head} by now, not ${commit_sha}: look at what has changed, then review that`);
  }
  const review = await db
    .insertInto("mr_reviews")
    .values({
      project_id: project.id,
      mr_id: id,
      reviewer_id: caller.user.id,
      verdict,
      body: body ?? null,
      commit_sha: head,
      target_branch,
      by_writer: (await permissionsOn(db, caller, project)).has("project:write"),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  audit.record({ resource: "review", id: review.id, after: { ...review } });
  return { ...review, reviewer_name: caller.user.name };
}
