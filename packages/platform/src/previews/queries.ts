import type { previews } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";
import { stateColumns } from "../workloads/state-columns.ts";

/** Previews of a project as the API shows them. */
function previewsOf(db: Queryable, projectId: string) {
  return (
    db
      .selectFrom("workloads")
      .where("project_id", "=", projectId)
      .where("kind", "=", "preview")
      // What is being removed is gone for whoever asks.
      .where("removal_reason", "is", null)
      .select(stateColumns)
      .select("created_by")
      .select((eb) => [
        eb.ref("branch").$notNull().as("branch"),
        eb.ref("branch_slug").$notNull().as("branch_slug"),
        eb.ref("ttl_hours").$notNull().as("ttl_hours"),
        eb.ref("expires_at").$notNull().as("expires_at"),
      ])
  );
}

/** A page of a project's previews, the newest first, and how many there are in all. */
export async function listPreviews(
  db: Queryable,
  projectId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
) {
  const query = previewsOf(db, projectId);
  const items = await query
    .orderBy("workloads.created_at", "desc")
    .orderBy("workloads.id")
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return { items, total };
}

/** A preview as the API shows it. @throws Problem 404 */
export async function requirePreview(db: Queryable, projectId: string, slug: string): Promise<previews.Preview> {
  const preview = await previewsOf(db, projectId).where("branch_slug", "=", slug).executeTakeFirst();
  if (preview === undefined) throw notFound("preview");
  return preview;
}

/** Where a branch is deployed for a look; null when it is not, or that is not known. */
export async function previewUrl(db: Queryable, projectId: string, branch: string): Promise<string | null> {
  const preview = await previewsOf(db, projectId).where("branch", "=", branch).executeTakeFirst();
  return preview?.url ?? null;
}
