import { logs } from "@platform-mcp/client/contract";
import type { LogRow } from "./search-logs.ts";

/** The level as its name. */
export function levelName(level: number): logs.LogLevel {
  const name = logs.logLevels[level];
  if (name === undefined) throw new Error(`no level has the number ${level}`);
  return name;
}

/** A log as the API shows it. */
export function logView({ ts, level, ...row }: LogRow): logs.LogRecord {
  return {
    id: row.id,
    timestamp: ts,
    trace_id: row.trace_id,
    span_id: row.span_id,
    project_id: row.project_id,
    session_id: row.session_id,
    service: row.service,
    level: levelName(level),
    message: row.message,
    attributes: row.attributes,
  };
}
