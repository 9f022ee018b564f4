import type { deployments } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import type { WorkloadRow } from "../db/schema.ts";
import { notFound, type Problem } from "../problem.ts";

/** Which of a project's workloads is meant: the deployment of an environment, or the preview of a branch or of a slug. */
export type WorkloadKey =
  | { readonly environment: deployments.Environment }
  | { readonly branch: string }
  | { readonly branch_slug: string };

/**
 * A workload's row, which nobody else changes until the transaction ends; also of one that is being removed
 * (`removal_reason`). Undefined when there is none.
 */
export async function lockWorkload(
  db: Queryable,
  projectId: string,
  key: WorkloadKey,
): Promise<WorkloadRow | undefined> {
  return await db
    .selectFrom("workloads")
    .where("project_id", "=", projectId)
    .where((eb) => eb.and(key))
    .selectAll()
    .forUpdate()
    .executeTakeFirst();
}

/** As `lockWorkload`, of one that is wanted. @throws Problem 404 when there is none, or it is being removed */
export async function lockWantedWorkload(db: Queryable, projectId: string, key: WorkloadKey): Promise<WorkloadRow> {
  const row = await lockWorkload(db, projectId, key);
  if (row === undefined || row.removal_reason !== null) throw noWorkload(key);
  return row;
}

/** What is said of a workload that is not there. */
export function noWorkload(key: WorkloadKey): Problem {
  return notFound("environment" in key ? "deployment" : "preview");
}
