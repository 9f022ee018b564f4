import type { issues, QueryOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { commentCount } from "../comments/queries.ts";
import { containing } from "../db/like.ts";
import type { Queryable } from "../db/queryable.ts";
import { splitLabels } from "./labels.ts";

/** Issues with the names that the API shows beside ids. */
function issuesOf(db: Queryable, projectId: string) {
  return db
    .selectFrom("issues")
    .innerJoin("users as author", "author.id", "issues.author_id")
    .leftJoin("users as assignee", "assignee.id", "issues.assignee_id")
    .where("issues.project_id", "=", projectId);
}

/** A page of a project's issues, as the API shows them, the newest first, and how many there are in all. */
export async function listIssues(db: Queryable, projectId: string, filter: QueryOf<typeof issues.listIssues>) {
  let query = issuesOf(db, projectId);
  if (filter.status !== undefined) query = query.where("issues.status", "=", filter.status);
  if (filter.labels !== undefined) {
    query = query.where(sql<boolean>`issues.labels @> ${splitLabels(filter.labels)}::text[]`);
  }
  if (filter.assignee_id !== undefined) query = query.where("issues.assignee_id", "=", filter.assignee_id);
  if (filter.author_id !== undefined) query = query.where("issues.author_id", "=", filter.author_id);
  if (filter.assignee !== undefined) query = query.where("assignee.name", "=", filter.assignee);
  if (filter.author !== undefined) query = query.where("author.name", "=", filter.author);
  if (filter.search !== undefined) {
    const pattern = containing(filter.search);
    query = query.where((eb) => eb.or([eb("issues.title", "ilike", pattern), eb("issues.body", "ilike", pattern)]));
  }
  const items = await query
    .selectAll("issues")
    .select(["author.name as author_name", "assignee.name as assignee_name"])
    .select(commentCount.ofIssue.as("comment_count"))
    .orderBy("issues.number", "desc")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}

/** An issue as the API shows it. */
export async function findIssue(db: Queryable, projectId: string, number: number) {
  return await issuesOf(db, projectId)
    .where("issues.number", "=", number)
    .selectAll("issues")
    .select(["author.name as author_name", "assignee.name as assignee_name"])
    .select(commentCount.ofIssue.as("comment_count"))
    .executeTakeFirst();
}

/** Issues with these numbers, locked until the transaction ends, in an order in which no two lock one another out. */
export async function lockIssues(db: Queryable, projectId: string, numbers: readonly number[]) {
  if (numbers.length === 0) return [];
  return await db
    .selectFrom("issues")
    .where("project_id", "=", projectId)
    .where("number", "in", numbers)
    .selectAll()
    .orderBy("number")
    .forUpdate()
    .execute();
}
