import type { issues } from "@platform-mcp/client/contract";
import { requireGlobally } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import { changeOf } from "../audit/change.ts";
import type { AuditTrail } from "../audit/trail.ts";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";
import { lockComment } from "./queries.ts";
import { type Subject, subjectColumn } from "./subject.ts";

/** The write that a comment is a part of. */
interface Writing {
  readonly db: Queryable;
  readonly caller: Caller;
  readonly audit: AuditTrail;
}

/** Adds a comment by the caller. */
export async function createComment(
  { db, caller, audit }: Writing,
  subject: Subject,
  body: string,
): Promise<issues.Comment> {
  const row = { project_id: subject.project_id, author_id: caller.user.id, body, issue_id: null, mr_id: null };
  const { id, created_at, updated_at } = await db
    .insertInto("comments")
    .values({ ...row, [subjectColumn(subject)]: subject.id })
    .returning(["id", "created_at", "updated_at"])
    .executeTakeFirstOrThrow();
  audit.record({ resource: "comment", id, after: { [subjectColumn(subject)]: subject.id, body } });
  return { id, author_id: caller.user.id, author_name: caller.user.name, body, created_at, updated_at };
}

/**
 * Changes what a comment says, for its author or an administrator of users.
 * @throws Problem 404 when it is no comment on just this, 403 for anybody else
 */
export async function updateComment(
  { db, caller, audit }: Writing,
  subject: Subject,
  change: { readonly id: string; readonly body: string },
): Promise<issues.Comment> {
  const { id, body } = change;
  const before = await lockComment(db, subject, id);
  if (before === undefined) throw notFound("comment");
  if (before.author_id !== caller.user.id) await requireGlobally(db, caller, "admin:users");
  const { updated_at } = await db
    .updateTable("comments")
    .set({ body })
    .where("id", "=", id)
    .returning("updated_at")
    .executeTakeFirstOrThrow();
  const after = { ...before, body, updated_at };
  audit.record({ resource: "comment", id, ...changeOf(before, after) });
  return after;
}
