import { logs, type ResponseOf } from "@platform-mcp/client";
import { type Api, ArgumentError } from "@platform-mcp/server-kit";
import type { PageQuery } from "../list/telemetry-page.ts";

/** What logs are looked for by, beside their time. */
export interface LogFilters {
  readonly project_id: string | undefined;
  readonly query?: string | undefined;
  readonly min_level?: logs.LogLevel | undefined;
  readonly service?: string | undefined;
  readonly trace_id?: string | undefined;
  readonly session_id?: string | undefined;
}

export type LogAnswer = ResponseOf<typeof logs.searchLogs>;

/** The largest page that platforms give. */
const largestPage = 100;

/** Asks for logs. The first platform knows exact levels alone: there it is asked for each, and their answers are put together. */
export async function askLogs(api: Api, filters: LogFilters, query: PageQuery): Promise<LogAnswer> {
  const { query: q, min_level, ...others } = filters;
  const answer = await api.call(logs.searchLogs, { ...others, q, min_level, ...query });
  if (min_level === undefined || min_level === "trace" || answer.to !== undefined) return answer;
  const { limit, offset = 0, ...range } = query;
  if (limit + offset > largestPage) {
    throw new ArgumentError(
      "this platform cannot go on so far by level: give `to` the time of the last log that was shown",
    );
  }
  const levels = logs.logLevels.slice(logs.logLevels.indexOf(min_level));
  const answers = await Promise.all(
    levels.map((level) => api.call(logs.searchLogs, { ...others, q, level, ...range, limit: limit + offset })),
  );
  const items = answers.flatMap((one) => one.items).sort((one, other) => newerFirst(one.timestamp, other.timestamp));
  return { items: items.slice(offset, offset + limit), total: answers.reduce((sum, one) => sum + one.total, 0) };
}

function newerFirst(one: string, other: string): number {
  return one < other ? 1 : one > other ? -1 : 0;
}
