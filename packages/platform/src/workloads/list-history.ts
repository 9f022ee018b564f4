import type { deployments } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A page of what was tried in an environment, or under a preview's name, the newest first, and how much there is. */
export async function listHistory(
  db: Queryable,
  projectId: string,
  place: { readonly environment: deployments.Environment } | { readonly branch_slug: string },
  { limit, offset }: Page,
) {
  const query = db
    .selectFrom("workload_history")
    .where("project_id", "=", projectId)
    .where((eb) => eb.and(place));
  const items = await query
    .leftJoin("users as deployer", "deployer.id", "deployed_by")
    .select(["workload_history.id", "workload_id as deployment_id", "image_ref", "ops_repo_sha", "action", "status"])
    .select(["deployed_by", "deployer.name as deployed_by_name", "message", "workload_history.created_at", "reason"])
    .select(["generation", "commit_sha"])
    .orderBy("workload_history.created_at", "desc")
    .orderBy("workload_history.id")
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}
