import type { logs } from "@platform-mcp/client";
import { type Entry, named, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { attributesLine, ownAttributes, without } from "../attributes.ts";

/** Characters of its attributes that a log shows among others. */
const attributesShown = 300;

export const logOutput = {
  at: z.string(),
  level: z.string(),
  service: z.string(),
  trace_id: z.string().nullable(),
  session_id: z.string().nullable(),
  project_id: z.string().nullable().optional(),
  attributes: z.string().nullable(),
  body: z.string(),
};

interface Shown {
  /** Whether logs of several projects may be among them. */
  readonly isOfAll: boolean;
  /** Attributes that all of them have: they are said once. */
  readonly common: Readonly<Record<string, unknown>>;
}

/** Logs as a list shows them: when, how bad, of which service and in which trace; then the message and its attributes. */
export function logEntries(records: readonly logs.LogRecord[], { isOfAll, common }: Shown): readonly Entry[] {
  const brief = { at: briefTime(), trace: briefId(), session: briefId(), project: briefId() };
  return records.map((record) => {
    const most = records.length === 1 ? undefined : attributesShown;
    const message = String(record.message ?? "");
    const attributes = attributesLine(without(ownAttributes(record.attributes), common), most);
    const of = { level: record.level, service: named(record.service) };
    return {
      fields: {
        at: record.timestamp,
        ...of,
        trace_id: record.trace_id,
        session_id: record.session_id,
        ...(isOfAll && { project_id: record.project_id }),
        attributes: user(attributesLine(record.attributes) || null),
      },
      heading: {
        at: brief.at(record.timestamp),
        ...of,
        trace: brief.trace("trace", record.trace_id),
        session: brief.session("session", record.session_id),
        project: isOfAll ? brief.project("project", record.project_id) : null,
      },
      body: message,
      ...(attributes !== "" && { below: attributes }),
    };
  });
}

/** Times to the millisecond; of those of the same day, one after the other, the first alone says the day. */
function briefTime(): (timestamp: string) => string {
  let day = "";
  return (timestamp) => {
    const [date = "", clock = ""] = timestamp.replace(/(\.\d{3})\d+/, "$1").split("T");
    const isSame = date === day;
    day = date;
    return isSame ? clock.replace("Z", "") : `${date}T${clock}`;
  };
}

/** Ids, the first time whole and then their beginning: they cost more than messages do. */
function briefId(): (label: string, id: string | null | undefined) => string | null {
  const known = new Set<string>();
  return (label, id) => {
    if (id === null || id === undefined) return null;
    const isKnown = known.has(id);
    known.add(id);
    return `${label}=${isKnown ? `${id.slice(0, 8)}…` : id}`;
  };
}
