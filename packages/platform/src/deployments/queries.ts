import type { deployments } from "@platform-mcp/client/contract";
import type { Queryable } from "../db/queryable.ts";
import { notFound } from "../problem.ts";
import { stateColumns } from "../workloads/state-columns.ts";

/** Deployments of a project as the API shows them. */
function deploymentsOf(db: Queryable, projectId: string) {
  return (
    db
      .selectFrom("workloads")
      .leftJoin("users as deployer", "deployer.id", "deployed_by")
      .where("project_id", "=", projectId)
      .where("environment", "is not", null)
      // What is being removed is gone for whoever asks.
      .where("removal_reason", "is", null)
      .select(stateColumns)
      .select(["ops_repo_id", "manifest_path", "values_override", "current_sha"])
      .select(["deployed_by", "deployer.name as deployed_by_name", "deployed_at"])
      .select((eb) => eb.ref("environment").$notNull().as("environment"))
  );
}

/** A page of a project's deployments by environment, and how many there are in all. */
export async function listDeployments(
  db: Queryable,
  projectId: string,
  { limit, offset }: { readonly limit: number; readonly offset: number },
) {
  const query = deploymentsOf(db, projectId);
  const items = await query.orderBy("environment").limit(limit).offset(offset).execute();
  const { total } = await query
    .clearSelect()
    .select((eb) => eb.fn.countAll<number>().as("total"))
    .executeTakeFirstOrThrow();
  return { items, total };
}

/** A deployment as the API shows it. @throws Problem 404 */
export async function requireDeployment(
  db: Queryable,
  projectId: string,
  environment: deployments.Environment,
): Promise<deployments.Deployment> {
  const deployment = await deploymentsOf(db, projectId).where("environment", "=", environment).executeTakeFirst();
  if (deployment === undefined) throw notFound("deployment");
  return deployment;
}
