import { randomUUID } from "node:crypto";
import type { Queryable } from "../../db/queryable.ts";
import { withinTime } from "../../search/within-time.ts";
import { windowValue } from "../metrics/window-value.ts";
import type { AlertQuery } from "./query-language.ts";

/** What a rule's query is asked for. */
export interface ValueAsked {
  /** Whose telemetry; null: that of all projects and of the platform itself. */
  readonly projectId: string | null;
  readonly query: AlertQuery;
  /** The end of the query's window, in milliseconds since 1970. */
  readonly now: number;
}

/** What the query gives; null when there was nothing in its window. @throws Problem when that cannot be found out */
export type ReadValue = (asked: ValueAsked) => Promise<number | null>;

export function valuesIn(db: Queryable): ReadValue {
  return async ({ projectId, query, now }) => {
    const { metric: name, labels, agg, window } = query;
    const instants = { from: (now - window * 1000) * 1000, to: now * 1000 };
    const filter = { projectId: projectId ?? undefined, name, labels };
    return (await withinTime(db, randomUUID(), (reading) => windowValue(reading, filter, instants, agg))) ?? null;
  };
}
