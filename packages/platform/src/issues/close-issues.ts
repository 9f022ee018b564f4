import { sql } from "kysely";
import { changeOf } from "../audit/change.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { lockIssues } from "./queries.ts";

/**
 * Closes those of a project's issues that are open, for somebody who may write to it: what a merge says that it closes.
 * Numbers of no issue are passed over.
 * @returns the numbers of those that it has closed
 */
export async function closeIssues(
  db: Queryable,
  projectId: string,
  numbers: readonly number[],
  audit: AuditTrail,
): Promise<number[]> {
  const open = (await lockIssues(db, projectId, numbers)).filter(({ status }) => status === "open");
  for (const issue of open) {
    const closed = await db
      .updateTable("issues")
      .set({ status: "closed", closed_at: sql<string>`now()` })
      .where("id", "=", issue.id)
      .returningAll()
      .executeTakeFirstOrThrow();
    audit.record({ resource: "issue", id: issue.id, project: projectId, ...changeOf(issue, closed) });
  }
  return open.map(({ number }) => number);
}
