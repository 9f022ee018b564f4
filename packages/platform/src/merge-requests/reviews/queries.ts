import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { ReviewsTable } from "../../db/schema.ts";

export interface NamedReview extends Selectable<ReviewsTable> {
  readonly reviewer_name: string;
}

/** A page of the reviews of a merge request, oldest first. */
export async function listReviews(
  db: Queryable,
  mergeRequestId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
): Promise<readonly NamedReview[]> {
  return await db
    .selectFrom("mr_reviews")
    .innerJoin("users", "users.id", "mr_reviews.reviewer_id")
    .where("mr_id", "=", mergeRequestId)
    .orderBy("mr_reviews.created_at")
    .orderBy("mr_reviews.id")
    .limit(limit)
    .offset(offset)
    .selectAll("mr_reviews")
    .select("users.name as reviewer_name")
    .execute();
}
