import type { logs, QueryOf } from "@platform-mcp/client/contract";
import type { Place } from "../../search/place.ts";
import type { TimeWindow } from "../../search/time-window.ts";

/** What is searched for, in rows that the caller may read. */
export interface LogQuery {
  readonly filter: QueryOf<typeof logs.searchLogs>;
  readonly window: TimeWindow;
  /** Only what comes after this in the list. */
  readonly after?: Place | undefined;
}
