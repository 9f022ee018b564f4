import type { issues } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { type Subject, subjectColumn } from "./subject.ts";

interface CommentPage {
  readonly order: "asc" | "desc";
  readonly limit: number;
  readonly offset: number;
}

/** How many comments a row has, as a column of a query on `issues` or `merge_requests`. */
export const commentCount = {
  ofIssue: sql<number>`(select count(*) from comments where comments.issue_id = issues.id)`,
  ofMergeRequest: sql<number>`(select count(*) from comments where comments.mr_id = merge_requests.id)`,
};

function commentsOf(db: Queryable, subject: Subject) {
  return db
    .selectFrom("comments")
    .innerJoin("users", "users.id", "comments.author_id")
    .where(subjectColumn(subject), "=", subject.id)
    .select(["comments.id", "author_id", "body", "comments.created_at", "comments.updated_at"])
    .select("users.name as author_name");
}

/** A page of the comments on something, as the API shows them. */
export async function listComments(
  db: Queryable,
  subject: Subject,
  { order, limit, offset }: CommentPage,
): Promise<issues.Comment[]> {
  return await commentsOf(db, subject)
    .orderBy("comments.created_at", order)
    .orderBy("comments.id", order)
    .limit(limit)
    .offset(offset)
    .execute();
}

/** A comment, if it is one on just this; its row is locked until the transaction ends. */
export async function lockComment(db: Queryable, subject: Subject, id: string): Promise<issues.Comment | undefined> {
  return await commentsOf(db, subject).where("comments.id", "=", id).forUpdate("comments").executeTakeFirst();
}
