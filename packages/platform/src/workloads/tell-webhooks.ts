import type { Queryable } from "../db/queryable.ts";
import type { WorkloadRow } from "../db/schema.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";

const actions = { deploy: "deployed", rollback: "rolled_back", stop: "stopped" } as const;

/** Has webhooks told that a deployment has become what was wanted. */
export async function tellDeployed(
  db: Queryable,
  { project_id, environment, image_ref }: WorkloadRow,
  action: WorkloadRow["action"],
): Promise<void> {
  if (environment === null || action === "scale") return;
  await emitWebhook(db, project_id, "deploy", { action: actions[action], environment, image_ref });
}

/** Has webhooks told that a preview is to show something, for the first time or something else. */
export async function tellPreview(db: Queryable, row: WorkloadRow): Promise<void> {
  const { project_id, branch, branch_slug, image_ref, pipeline_id } = row;
  if (branch === null || branch_slug === null) return;
  await emitWebhook(db, project_id, "deploy", {
    action: "preview_created",
    ...{ branch, branch_slug, image_ref, pipeline_id },
  });
}
