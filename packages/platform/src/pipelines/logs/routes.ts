import type { Readable } from "node:stream";
import { pipelines } from "@platform-mcp/client/contract";
import { generatedStream } from "../../http/generated-stream.ts";
import { implement } from "../../http/implement.ts";
import type { AuthorisedRequest, Route } from "../../http/route.ts";
import { followLog } from "./follow-log.ts";
import { findLogState } from "./log-queries.ts";
import { checkSelection, selectRange } from "./log-selection.ts";
import type { LogStore } from "./log-store.ts";

/** How often a follower's right is looked at again, in milliseconds. */
const authorisationInterval = 2000;

/** Reading the logs of steps: at once what there is, or as it comes. */
export function logRoutes(logs: LogStore): readonly Route[] {
  return [
    implement(pipelines.getStepLogs, async (request) => {
      const { db, project, params, query, setHeader } = request;
      checkSelection(query);
      const address = { projectId: project.id, pipelineId: params.pipeline_id, stepId: params.step_id };
      const look = () => findLogState(db, address);
      const { ref, isComplete } = await look();
      const log = ref === null ? undefined : await logs.read(ref, { isComplete });
      setHeader("x-log-size", String(log?.size ?? 0));
      setHeader("x-log-lines", String(log?.lines ?? 0));
      setHeader("x-log-complete", String(isComplete));
      if (query.follow) {
        await log?.close();
        return follow(request, logs, look);
      }
      if (log === undefined) return "";
      const range = await selectRange(log, query).catch(async (error: unknown) => {
        await log.close();
        throw error;
      });
      setHeader("content-length", String(range.end - range.start));
      return await log.stream(range);
    }),
  ];
}

type FollowRequest = AuthorisedRequest<typeof pipelines.getStepLogs>;

function follow(
  { query, closing, reauthorise }: FollowRequest,
  logs: LogStore,
  look: () => ReturnType<typeof findLogState>,
): Readable {
  let authorisedAt = performance.now();
  const lookIfAllowed = async () => {
    if (performance.now() - authorisedAt >= authorisationInterval) {
      await reauthorise();
      authorisedAt = performance.now();
    }
    return await look();
  };
  const stream = generatedStream((signal) =>
    followLog({ look: lookIfAllowed, open: (ref, state) => logs.read(ref, state), selection: query, signal }),
  );
  const end = () => void stream.destroy(new Error("the platform closes"));
  closing.addEventListener("abort", end);
  return stream.once("close", () => closing.removeEventListener("abort", end));
}
