import { sql } from "kysely";
import { changeOf } from "../../audit/change.ts";
import type { AuditRecord } from "../../audit/entry.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { Queryable } from "../../db/queryable.ts";
import { auditOriginOf, type PushOrigin } from "../../git/refs/audit-ref-updates.ts";
import { closeIssues } from "../../issues/close-issues.ts";
import { closingReferences } from "../../issues/closing-references.ts";
import { emitWebhook } from "../../webhooks/emit-webhook.ts";

export interface Merged {
  readonly projectId: string;
  readonly mergeRequestId: string;
  readonly commits: {
    readonly headSha: string;
    readonly baseSha: string | null;
    /** What the target branch got. */
    readonly mergeCommitSha: string;
  };
  readonly mergedBy: string | null;
  /** What moved the target branch, if that is known. */
  readonly push: PushOrigin | undefined;
}

/**
 * Marks a merge request as merged and closes the issues that it says it closes; only once, whoever finds out how often.
 * Also one that was closed meanwhile: what is in the branch has been merged.
 */
export async function markMerged(db: Queryable, merge: Merged): Promise<void> {
  const { projectId, mergeRequestId, commits, push } = merge;
  const before = await db
    .selectFrom("merge_requests")
    .where("id", "=", mergeRequestId)
    .where("status", "<>", "merged")
    .selectAll()
    .forUpdate()
    .executeTakeFirst();
  if (before === undefined) return;
  const merged = await db
    .updateTable("merge_requests")
    .set({
      status: "merged",
      merged_by: merge.mergedBy,
      merged_at: sql<string>`now()`,
      head_sha: commits.headSha,
      base_sha: commits.baseSha,
      merge_commit_sha: commits.mergeCommitSha,
    })
    .where("id", "=", mergeRequestId)
    .returningAll()
    .executeTakeFirstOrThrow();
  await db.deleteFrom("merge_attempts").where("mr_id", "=", mergeRequestId).execute();
  const { id, number } = merged;
  await emitWebhook(db, projectId, "mr", { action: "merged", merge_request: { id, number } });
  const records: AuditRecord[] = [{ resource: "merge_request", id: mergeRequestId, ...changeOf(before, merged) }];
  const text = `${merged.title}\n\n${merged.body ?? ""}`;
  await closeIssues(db, projectId, closingReferences(text), { record: (what) => void records.push(what) });
  const origin = await auditOriginOf(db, push);
  for (const { resource, id, project: _, ...change } of records) {
    await recordAudit(db, { ...origin, ...change, resource, resourceId: id, projectId, outcome: "done" });
  }
}
