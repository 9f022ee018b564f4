import { traces } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { instantOf } from "../../search/instant.ts";
import { pageAnswer, requireNearOffset } from "../../search/page.ts";
import { readPlace } from "../../search/place.ts";
import { everything, windowOf } from "../../search/time-window.ts";
import { withinTime } from "../../search/within-time.ts";
import { getTrace } from "./get-trace.ts";
import { listTraces, type TraceRow } from "./list-traces.ts";
import { isTraceKey, traceKey } from "./trace-key.ts";
import { summaryOf } from "./trace-view.ts";

export const traceRoutes: readonly Route[] = [
  implement(traces.listTraces, async ({ db, caller, query }) => {
    requireNearOffset(query);
    const after = query.before === undefined ? undefined : readPlace(query.before, isTraceKey);
    const window = windowOf(query, after?.window, query.session_id === undefined ? undefined : everything);
    const found = await withinTime(db, caller.user.id, (reading) =>
      listTraces(reading, { filter: query, window, after }),
    );
    return pageAnswer(found, { limit: query.limit, window, view: summaryOf, placeOf });
  }),

  implement(traces.getTrace, ({ db, caller, params: { trace_id } }) =>
    withinTime(db, caller.user.id, (reading) => getTrace(reading, caller, trace_id)),
  ),
];

function placeOf({ started_at, trace_id, project_id }: TraceRow) {
  return { time: instantOf(started_at), key: traceKey(trace_id, project_id) };
}
