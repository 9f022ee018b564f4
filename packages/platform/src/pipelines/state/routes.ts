import { pipelines } from "@platform-mcp/client/contract";
import { changeOf } from "../../audit/change.ts";
import type { Queryable } from "../../db/queryable.ts";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { notFound } from "../../problem.ts";
import { findPipeline } from "../queries.ts";
import { cancelPipeline } from "./cancel-pipeline.ts";
import { retryPipeline } from "./retry-pipeline.ts";

/** Cancelling and running again. */
export const pipelineStateRoutes: readonly Route[] = [
  implement(pipelines.cancelPipeline, async ({ db, project, params: { pipeline_id: id }, audit }) => {
    const before = await requirePipeline(db, project.id, id);
    await cancelPipeline(db, id, { reason: "cancelled" });
    audit.record({ resource: "pipeline", id, ...changeOf(before, await requirePipeline(db, project.id, id)) });
    return { ok: true } as const;
  }),

  implement(pipelines.retryPipeline, async ({ db, project, params: { pipeline_id: id }, audit }) => {
    const before = await requirePipeline(db, project.id, id);
    await retryPipeline(db, id);
    const after = await requirePipeline(db, project.id, id);
    audit.record({ resource: "pipeline", id, ...changeOf(before, after) });
    return after;
  }),
];

async function requirePipeline(db: Queryable, projectId: string, id: string) {
  const pipeline = await findPipeline(db, projectId, id);
  if (pipeline === undefined) throw notFound("pipeline");
  return pipeline;
}
