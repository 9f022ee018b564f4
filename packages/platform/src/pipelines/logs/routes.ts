import { pipelines } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { answerLog } from "./answer-log.ts";
import { findLogState } from "./log-queries.ts";
import type { LogStore } from "./log-store.ts";

/** Reading the logs of steps. */
export function logRoutes(logs: LogStore): readonly Route[] {
  return [
    implement(pipelines.getStepLogs, async (request) => {
      const { db, project, params } = request;
      const address = { projectId: project.id, pipelineId: params.pipeline_id, stepId: params.step_id };
      return await answerLog(request, logs, () => findLogState(db, address));
    }),
  ];
}
