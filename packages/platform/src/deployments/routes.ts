import { deployments } from "@platform-mcp/client/contract";
import { changeOf } from "../audit/change.ts";
import type { WorkloadRow } from "../db/schema.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { conflict } from "../problem.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { changeWorkload } from "../workloads/change-workload.ts";
import { createWorkload } from "../workloads/create-workload.ts";
import { endWorkload } from "../workloads/end-workload.ts";
import { listHistory } from "../workloads/list-history.ts";
import { lockWantedWorkload } from "../workloads/lock-workload.ts";
import { requireWorkloadName } from "../workloads/require-workload-name.ts";
import { wantedOf } from "../workloads/wanted-of.ts";
import type { ReadWorkloadLogs } from "../workloads/workload-logs.ts";
import { byHand } from "./by-hand.ts";
import { passOverPipelines } from "./from-pipeline/pass-over-pipelines.ts";
import { originOf } from "./origin-of.ts";
import { listDeployments, requireDeployment } from "./queries.ts";
import { requireOpsRepo } from "./require-ops-repo.ts";
import { rollBack } from "./roll-back.ts";

export function deploymentRoutes(readLogs: ReadWorkloadLogs): readonly Route[] {
  return [
    implement(deployments.listDeployments, async ({ db, project, query }) => listDeployments(db, project.id, query)),

    implement(deployments.createDeployment, async ({ db, caller, project, body, audit }) => {
      const { environment, image_ref, ...optional } = body;
      await requireOpsRepo(db, caller, { changes: body, before: undefined });
      const { created, workload } = await createWorkload(db, {
        ...{ projectId: project.id, place: { environment }, image_ref, created_by: caller.user.id },
        ...{ ...originOf(image_ref), ...byHand, ...optional },
      });
      if (!created) throw conflict(whatIsThere(workload));
      audit.record({ resource: "deployment", id: workload.id, after: { environment, ...wantedOf(workload) } });
      return await requireDeployment(db, project.id, environment);
    }),

    implement(deployments.getDeployment, async ({ db, project, params: { environment } }) =>
      requireDeployment(db, project.id, environment),
    ),

    implement(deployments.updateDeployment, async ({ db, caller, project, params: { environment }, body, audit }) => {
      const before = await lockWantedWorkload(db, project.id, { environment });
      await requireOpsRepo(db, caller, { changes: body, before });
      const { image_ref = before.image_ref, desired_status = before.desired_status } = body;
      const isOther = image_ref !== before.image_ref;
      const after = await changeWorkload(db, before.id, {
        ...body,
        ...(isOther && originOf(image_ref)),
        ...((isOther || desired_status !== before.desired_status) && byHand),
        ...{ action: desired_status === "stopped" ? "stop" : "deploy", deployed_by: caller.user.id },
      });
      audit.record({ resource: "deployment", id: before.id, ...changeOf(wantedOf(before), wantedOf(after)) });
      await emitWebhook(db, project.id, "deploy", { action: "updated", environment });
      return await requireDeployment(db, project.id, environment);
    }),

    implement(deployments.rollbackDeployment, async ({ db, caller, project, params: { environment }, audit }) => {
      const before = await lockWantedWorkload(db, project.id, { environment });
      const after = await rollBack(db, before, caller.user.id);
      audit.record({ resource: "deployment", id: before.id, ...changeOf(wantedOf(before), wantedOf(after)) });
      const { image_ref, generation } = after;
      return { ok: true, image_ref, generation } as const;
    }),

    implement(deployments.deploymentHistory, async ({ db, project, params: { environment }, query }) => {
      const history = await listHistory(db, project.id, { environment }, query);
      // That of one that has been removed stays.
      if (history.total === 0) await requireDeployment(db, project.id, environment);
      return history;
    }),

    implement(deployments.deploymentLogs, async ({ db, project, params: { environment }, query }) => {
      return await readLogs(await requireWorkloadName(db, project.id, { environment }), query);
    }),

    implement(deployments.deleteDeployment, async ({ db, project, params: { environment }, audit }) => {
      await requireDeployment(db, project.id, environment);
      // Who ends it does not want it back from a pipeline that still runs.
      if (environment === "production") await passOverPipelines(db, project.id, project.default_branch);
      const { id, ...before } = await lockWantedWorkload(db, project.id, { environment });
      await endWorkload(db, id, "deleted");
      const { image_ref, desired_status } = before;
      audit.record({ resource: "deployment", id, before: { environment, image_ref, desired_status } });
      return { ok: true } as const;
    }),
  ];
}

function whatIsThere({ environment, image_ref, current_status, last_transition_at }: WorkloadRow): string {
  const state = `${image_ref}, ${current_status} since ${last_transition_at}`;
  return `${environment} has a deployment already (${state}): update it instead`;
}
