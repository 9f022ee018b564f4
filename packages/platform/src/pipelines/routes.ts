import { pipelines } from "@platform-mcp/client/contract";
import type { Repositories } from "../git/repositories.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound } from "../problem.ts";
import type { BlobStore } from "./artifacts/blob-store.ts";
import { artifactRoutes } from "./artifacts/routes.ts";
import type { LogStore } from "./logs/log-store.ts";
import { logRoutes } from "./logs/routes.ts";
import { findPipeline, listPipelines, listSteps } from "./queries.ts";
import { startByHand } from "./start-by-hand.ts";
import { pipelineStateRoutes } from "./state/routes.ts";

export interface PipelineRoutesOptions {
  readonly repositories: Repositories;
  readonly logs: LogStore;
  readonly blobs: BlobStore;
}

export function pipelineRoutes({ repositories, logs, blobs }: PipelineRoutesOptions): readonly Route[] {
  return [
    implement(pipelines.listPipelines, ({ db, project, query }) => listPipelines(db, project.id, query)),

    implement(pipelines.createPipeline, async ({ db, caller, project, body, audit, signal }) => {
      const repository = repositories.of(project.id);
      const created = await startByHand(db, { caller, project, repository, gitRef: body.git_ref, signal });
      const { id, git_ref, branch, commit_sha, status } = created;
      audit.record({ resource: "pipeline", id, after: { git_ref, branch, commit_sha, status } });
      return { ...created, triggered_by_name: caller.user.name };
    }),

    implement(pipelines.getPipeline, async ({ db, project, params: { pipeline_id } }) => {
      const pipeline = await findPipeline(db, project.id, pipeline_id);
      if (pipeline === undefined) throw notFound("pipeline");
      return { ...pipeline, steps: await listSteps(db, pipeline.id) };
    }),

    ...pipelineStateRoutes,
    ...logRoutes(logs),
    ...artifactRoutes(blobs),
  ];
}
