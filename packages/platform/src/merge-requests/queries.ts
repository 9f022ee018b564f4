import type { mergeRequests, QueryOf } from "@platform-mcp/client/contract";
import type { Selectable } from "kysely";
import { commentCount } from "../comments/queries.ts";
import { containing } from "../db/like.ts";
import type { Queryable } from "../db/queryable.ts";
import type { MergeRequestsTable } from "../db/schema.ts";

export type MergeRequestRow = Selectable<MergeRequestsTable>;

/** A merge request with what the API shows beside its own columns. */
export interface NamedMergeRequest extends MergeRequestRow {
  readonly author_name: string;
  readonly merged_by_name: string | null;
  readonly comment_count: number;
}

/** Merge requests with the names that the API shows beside ids. */
function mergeRequestsOf(db: Queryable, projectId: string) {
  return db
    .selectFrom("merge_requests")
    .innerJoin("users as author", "author.id", "merge_requests.author_id")
    .leftJoin("users as merger", "merger.id", "merge_requests.merged_by")
    .where("merge_requests.project_id", "=", projectId);
}

/** A page of a project's merge requests, the newest first, and how many there are in all. */
export async function listMergeRequests(
  db: Queryable,
  projectId: string,
  filter: QueryOf<typeof mergeRequests.listMergeRequests>,
): Promise<{ items: NamedMergeRequest[]; total: number }> {
  let query = mergeRequestsOf(db, projectId);
  if (filter.status !== undefined) query = query.where("merge_requests.status", "=", filter.status);
  if (filter.author_id !== undefined) query = query.where("merge_requests.author_id", "=", filter.author_id);
  if (filter.author !== undefined) query = query.where("author.name", "=", filter.author);
  if (filter.source_branch !== undefined) query = query.where("source_branch", "=", filter.source_branch);
  if (filter.target_branch !== undefined) query = query.where("target_branch", "=", filter.target_branch);
  if (filter.search !== undefined) {
    const pattern = containing(filter.search);
    query = query.where((eb) =>
      eb.or([eb("merge_requests.title", "ilike", pattern), eb("merge_requests.body", "ilike", pattern)]),
    );
  }
  const items = await query
    .selectAll("merge_requests")
    .select(["author.name as author_name", "merger.name as merged_by_name"])
    .select(commentCount.ofMergeRequest.as("comment_count"))
    .orderBy("merge_requests.number", "desc")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}

export async function findMergeRequest(
  db: Queryable,
  projectId: string,
  number: number,
): Promise<NamedMergeRequest | undefined> {
  return await mergeRequestsOf(db, projectId)
    .where("merge_requests.number", "=", number)
    .selectAll("merge_requests")
    .select(["author.name as author_name", "merger.name as merged_by_name"])
    .select(commentCount.ofMergeRequest.as("comment_count"))
    .executeTakeFirst();
}

/**
 * A merge request whose row is locked until the transaction ends. Who needs the repository's lock too
 * (`recordRefUpdates`) takes that first.
 */
export async function lockMergeRequest(
  db: Queryable,
  projectId: string,
  number: number,
): Promise<MergeRequestRow | undefined> {
  return await db
    .selectFrom("merge_requests")
    .where("project_id", "=", projectId)
    .where("number", "=", number)
    .selectAll()
    .forUpdate()
    .executeTakeFirst();
}
