import { sessions } from "@platform-mcp/client/contract";
import { generatedStream } from "../../http/generated-stream.ts";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { whileAllowed } from "../../http/while-allowed.ts";
import { answerLog } from "../../pipelines/logs/answer-log.ts";
import type { LogStore } from "../../pipelines/logs/log-store.ts";
import { invalid } from "../../problem.ts";
import type { EventFeed } from "./event-feed.ts";
import { followEvents } from "./follow-events.ts";
import { findOutputState } from "./output-state.ts";

/** What happens in sessions, and what their processes print. */
export function sessionEventRoutes({ logs, feed }: { logs: LogStore; feed: EventFeed }): readonly Route[] {
  return [
    implement(sessions.sessionEvents, async (request) => {
      const { db, project, params, query, header, setHeader } = request;
      const { session_id: sessionId } = params;
      await findOutputState(db, { projectId: project.id, sessionId });
      const after = lastEventId(header("last-event-id")) ?? query.after ?? 0;
      setHeader("content-type", "text/event-stream; charset=utf-8");
      setHeader("cache-control", "no-cache, no-transform");
      // Proxies such as nginx would collect events until there are enough.
      setHeader("x-accel-buffering", "no");
      const { follow } = query;
      const stream = generatedStream((signal) => followEvents({ feed, sessionId, after, follow, signal }));
      return whileAllowed(stream, request);
    }),
    implement(sessions.sessionOutput, async (request) => {
      const { db, project, params } = request;
      const address = { projectId: project.id, sessionId: params.session_id };
      return await answerLog(request, logs, () => findOutputState(db, address));
    }),
  ];
}

/** Where somebody was who has lost the connection: as new as the question's own `after`, or newer. @throws Problem 400 */
function lastEventId(text: string | undefined): number | undefined {
  if (text === undefined || text === "") return undefined;
  const { success, data } = sessions.sessionEvents.query.shape.after.safeParse(text);
  if (!success) throw invalid("Last-Event-ID", "must be the number of an event");
  return data;
}
