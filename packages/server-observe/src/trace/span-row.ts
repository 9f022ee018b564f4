import { type Fields, named, quoteName } from "@platform-mcp/server-kit";
import { rounded } from "./milliseconds.ts";
import type { SpanNode } from "./span-forest.ts";

/** Characters of a name that a row shows. */
const shownName = 120;

/** What rows say, in the order in which they say it. */
export const legend = "name [service] duration +start *own ms of the critical path #span_id";
/** What is to be known where siblings are folded. */
export const foldLegend = "Nx: N alike, durations summed, id of the slowest; offset=0 lists each";

/** What is known of a span beside itself. */
export interface SpanContext {
  readonly idOf: (node: SpanNode) => string;
  readonly criticalPath: ReadonlyMap<SpanNode, number>;
}

/** A name as a row shows it; programs may give it any length. */
export function clipped(name: string, most = shownName): string {
  return name.length <= most ? name : `${name.slice(0, most - 1).toWellFormed()}…`;
}

/** One span, or several siblings that are alike, by their start. */
export type SpanGroup = readonly [SpanNode, ...SpanNode[]];

/** The row of a span, or of siblings that are alike, as text and as data. */
export function spanRow(members: SpanGroup, context: SpanContext): { line: string; fields: Fields } {
  const [first] = members;
  const count = members.length;
  const total = rounded(members.reduce((sum, { start, end }) => sum + end - start, 0));
  const slowest = members.reduce((most, member) => (durationOf(member) > durationOf(most) ? member : most), first);
  const longest = durationOf(slowest);
  const onPath = members.filter((member) => context.criticalPath.has(member));
  const own = rounded(onPath.reduce((sum, member) => sum + (context.criticalPath.get(member) ?? 0), 0));
  const isUnfinished = count === 1 && first.span.finished_at == null && first.span.duration_ms == null;
  const line = [
    count === 1 ? "" : `${count}x`,
    quoteName(clipped(first.name)),
    first.parent?.service === first.service ? "" : `[${quoteName(clipped(first.service))}]`,
    isUnfinished ? "unfinished" : `${total}ms`,
    count === 1 ? "" : `max ${rounded(longest)}ms`,
    `+${rounded(first.start)}ms`,
    onPath.length === 0 ? "" : own === 0 ? "*" : `*${own}ms`,
    first.isError ? "ERROR" : "",
    first.isOrphan ? "(its parent is not here)" : "",
    `#${context.idOf(slowest)}`,
  ];
  return {
    line: line.filter((word) => word !== "").join(" "),
    fields: {
      span: named(clipped(first.name)),
      service: named(clipped(first.service)),
      ...(count > 1 && { count, max_ms: rounded(longest) }),
      ms: isUnfinished ? null : total,
      at_ms: rounded(first.start),
      critical_ms: onPath.length === 0 ? null : own,
      status: first.span.status,
      span_id: slowest.id,
    },
  };
}

export function durationOf({ start, end }: SpanNode): number {
  return end - start;
}
