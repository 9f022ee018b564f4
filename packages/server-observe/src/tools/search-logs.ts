import { logs } from "@platform-mcp/client";
import { defineAnyProjectTool, entries, limit, note, type Part, record, user } from "@platform-mcp/server-kit";
import * as z from "zod";
import { cursor, from, minLevel, service, sessionId, to, traceId } from "../arguments.ts";
import { alikeIn, attributesLine, ownAttributes } from "../attributes.ts";
import { telemetryPage } from "../list/telemetry-page.ts";
import { timeRange, timeRangeOutput } from "../list/time-range.ts";
import { askLogs } from "../logs/ask-logs.ts";
import { logEntries, logOutput } from "../logs/log-entries.ts";
import { whyNone } from "../logs/why-none.ts";

/** Characters of what all logs of a page have in common. */
const commonShown = 300;

export const searchLogs = defineAnyProjectTool({
  name: "search_logs",
  title: "Search logs",
  description: "Search logs of pipelines, deployments, sessions and programs, newest first.",
  risk: "read",
  input: {
    query: z.string().min(1).max(1000).optional().describe("Part of the message, in any case"),
    min_level: minLevel,
    service,
    trace_id: traceId.optional(),
    session_id: sessionId,
    from,
    to,
    limit,
    cursor,
  },
  output: {
    ...timeRangeOutput,
    in_all: z.string().optional(),
    logs: z.array(z.object(logOutput)),
  },
  uses: [logs.searchLogs],
  async run({ api, project }, { limit, cursor, from, to, ...given }) {
    const filters = { project_id: project, ...given };
    const page = await telemetryPage((query) => askLogs(api, filters, query), { limit, cursor, from, to });
    const { items, total, total_is_minimum, isCurrent, offset } = page;
    if (items.length === 0) {
      const why = cursor === undefined ? await whyNone(api, filters, { from, to }) : "The list ends before it.";
      return [...timeRange(page), note(`no logs. ${why}`.trim())];
    }
    const common = alikeIn(items.map(({ attributes }) => ownAttributes(attributes)));
    return [
      ...timeRange(page),
      ...(Object.keys(common).length === 0 ? [] : [record({ in_all: user(attributesLine(common, commonShown)) })]),
      entries({
        key: "logs",
        items: logEntries(items, { isOfAll: project === undefined, common }),
        header: (shown) =>
          `logs ${offset + 1}-${offset + shown} of ${total_is_minimum ? "at least " : ""}${total}, newest first:`,
        each: items.length === 1 ? 1 : 0.5,
        rest: (shown) => {
          const next = page.next(shown);
          return next === undefined ? undefined : `There are more: ${next}.`;
        },
        cut: (index) => cutText(items, index),
      }),
      ...wildcards(given.query, isCurrent),
    ];
  },
});

function cutText(items: readonly logs.LogRecord[], index: number): string {
  const at = items[index]?.timestamp;
  return items.length === 1
    ? "The log is longer than an answer may be and was cut."
    : `Log ${index + 1} was cut; more of it: search_logs with the same filters, from=${at} and to=${at}.`;
}

/** The first platform takes some characters for wildcards. */
function wildcards(query: string | undefined, isCurrent: boolean): readonly Part[] {
  if (isCurrent || query === undefined || !/[%_]/.test(query)) return [];
  return [note("This platform takes % and _ in query for any characters: not all of these need hold it.")];
}
