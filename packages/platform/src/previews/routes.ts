import { previews } from "@platform-mcp/client/contract";
import { passOverPipelines } from "../deployments/from-pipeline/pass-over-pipelines.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { hoursFromNow } from "../workloads/change-workload.ts";
import { endWorkload } from "../workloads/end-workload.ts";
import { listHistory } from "../workloads/list-history.ts";
import { lockWantedWorkload } from "../workloads/lock-workload.ts";
import { requireWorkloadName } from "../workloads/require-workload-name.ts";
import type { ReadWorkloadLogs } from "../workloads/workload-logs.ts";
import { listPreviews, requirePreview } from "./queries.ts";

export function previewRoutes(readLogs: ReadWorkloadLogs): readonly Route[] {
  return [
    implement(previews.listPreviews, async ({ db, project, query }) => listPreviews(db, project.id, query)),

    implement(previews.getPreview, async ({ db, project, params: { branch_slug } }) =>
      requirePreview(db, project.id, branch_slug),
    ),

    implement(previews.previewHistory, async ({ db, project, params: { branch_slug }, query }) => {
      const history = await listHistory(db, project.id, { branch_slug }, query);
      // That of one that is gone stays.
      if (history.total === 0) await requirePreview(db, project.id, branch_slug);
      return history;
    }),

    implement(previews.previewLogs, async ({ db, project, params: { branch_slug }, query }) => {
      return await readLogs(await requireWorkloadName(db, project.id, { branch_slug }), query);
    }),

    implement(previews.extendPreview, async ({ db, project, params: { branch_slug }, body, audit }) => {
      const { id, expires_at: before } = await lockWantedWorkload(db, project.id, { branch_slug });
      // Nothing else becomes wanted by it, so that it is not deployed anew.
      const { expires_at: after } = await db
        .updateTable("workloads")
        .where("id", "=", id)
        // Pushes keep it for as long from now on, and not for longer.
        .set({ expires_at: hoursFromNow(body.hours), ttl_hours: body.hours })
        .returning("expires_at")
        .executeTakeFirstOrThrow();
      audit.record({ resource: "preview", id, before: { expires_at: before }, after: { expires_at: after } });
      return await requirePreview(db, project.id, branch_slug);
    }),

    implement(previews.stopPreview, async ({ db, project, params: { branch_slug }, audit }) => {
      const { branch } = await requirePreview(db, project.id, branch_slug);
      await passOverPipelines(db, project.id, branch);
      const { id, image_ref } = await lockWantedWorkload(db, project.id, { branch_slug });
      await endWorkload(db, id, "deleted");
      audit.record({ resource: "preview", id, before: { branch, branch_slug, image_ref } });
      return { ok: true } as const;
    }),
  ];
}
