import { logs } from "@platform-mcp/client/contract";
import { implement } from "../../http/implement.ts";
import type { Route } from "../../http/route.ts";
import { instantOf } from "../../search/instant.ts";
import { pageAnswer, requireNearOffset } from "../../search/page.ts";
import { readPlace } from "../../search/place.ts";
import { everything, windowOf } from "../../search/time-window.ts";
import { withinTime } from "../../search/within-time.ts";
import { logView } from "./log-view.ts";
import { searchLogs } from "./search-logs.ts";

export const logRoutes: readonly Route[] = [
  implement(logs.searchLogs, async ({ db, caller, query }) => {
    requireNearOffset(query);
    const after = query.before === undefined ? undefined : readPlace(query.before, isUuid);
    // What belongs to one trace or session is found by that, whenever it was.
    const isFew = query.trace_id !== undefined || query.session_id !== undefined;
    const window = windowOf(query, after?.window, isFew ? everything : undefined);
    const found = await withinTime(db, caller.user.id, (reading) =>
      searchLogs(reading, { filter: query, window, after }),
    );
    const placeOf = ({ ts, id }: (typeof found.rows)[number]) => ({ time: instantOf(ts), key: id });
    return pageAnswer(found, { limit: query.limit, window, view: logView, placeOf });
  }),
];

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

function isUuid(text: string): boolean {
  return uuid.test(text);
}
