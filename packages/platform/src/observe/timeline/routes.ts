import { logs } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { withinTime } from "../../search/within-time.ts";
import { sessionTimeline } from "./session-timeline.ts";

export const timelineRoutes: readonly Route[] = [
  implement(logs.sessionTimeline, ({ db, caller, params: { session_id } }) =>
    withinTime(db, caller.user.id, (reading) => sessionTimeline(reading, caller, session_id)),
  ),
];
