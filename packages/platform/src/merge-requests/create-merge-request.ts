import type { BodyOf, mergeRequests } from "@platform-mcp/client/contract";
import type { Caller } from "../access/caller.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { recordRefUpdates } from "../git/refs/record-ref-updates.ts";
import type { Repository } from "../git/repository.ts";
import { triggerForMergeRequest } from "../pipelines/trigger/for-merge-request.ts";
import { nextNumber } from "../projects/next-number.ts";
import type { ActiveProject } from "../projects/queries.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { keepHeads } from "./keep-heads.ts";
import type { MergeRequestRow } from "./queries.ts";
import { refuseSecond, requireBranches } from "./require-branches.ts";

/** A write on merge requests of a project. */
export interface Writing {
  readonly db: Queryable;
  readonly caller: Caller;
  readonly project: ActiveProject;
  readonly repository: Repository;
  readonly audit: AuditTrail;
}

/** Opens a merge request. @throws Problem 400 for branches that cannot be one's, 409 when there is one for them */
export async function createMergeRequest(
  { db, caller, project, repository, audit }: Writing,
  { source_branch, target_branch, title, body }: BodyOf<typeof mergeRequests.createMergeRequest>,
): Promise<MergeRequestRow> {
  // Holds the repository's lock from here on: no push can move a branch without the new row being told.
  await recordRefUpdates(db, repository, project.id);
  const { head } = await requireBranches(repository, { source_branch, target_branch });
  await refuseSecond(db, project.id, { source_branch, target_branch });
  const number = await nextNumber(db, project.id, "last_merge_request_number");
  const created = await db
    .insertInto("merge_requests")
    .values({
      project_id: project.id,
      number,
      author_id: caller.user.id,
      source_branch,
      target_branch,
      title,
      body: body ?? null,
      head_sha: head,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
  await keepHeads(repository, [{ number, sha: head }]);
  const started = { repository, project, branch: source_branch, commitSha: head, triggeredBy: caller.user.id };
  await triggerForMergeRequest(db, { ...started, action: "opened" });
  audit.record({ resource: "merge_request", id: created.id, after: { ...created } });
  await emitWebhook(db, project.id, "mr", { action: "created", merge_request: { id: created.id, number, title } });
  return created;
}
