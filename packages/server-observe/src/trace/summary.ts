import { named, type Part, record, time } from "@platform-mcp/server-kit";
import * as z from "zod";
import { rounded } from "./milliseconds.ts";
import type { Trace } from "./own-spans.ts";
import type { SpanNode } from "./span-forest.ts";
import { clipped } from "./span-row.ts";

/** Names of services that are shown, and the characters of each. */
const services = { shown: 8, characters: 24 };

/** Characters of its own names. */
const nameShown = 60;

export const summaryOutput = {
  trace_id: z.string(),
  root: z.string(),
  service: z.string(),
  status: z.string(),
  duration_ms: z.number().nullable(),
  started_at: z.string(),
  session_id: z.string().nullable(),
  spans_total: z.int(),
  errors_total: z.int(),
  services: z.array(z.string()).nullable(),
};

/** What is said of a trace as a whole. */
export function summary(trace: Trace, nodes: readonly SpanNode[]): Part {
  const names = [...new Set(nodes.map(({ service }) => service))];
  return record({
    trace_id: trace.trace_id,
    root: named(clipped(String(trace.root_span), nameShown)),
    service: named(clipped(String(trace.service), nameShown)),
    status: trace.status,
    duration_ms: trace.duration_ms === null ? null : rounded(trace.duration_ms),
    started_at: time(trace.started_at),
    session_id: trace.session_id,
    spans_total: trace.span_count ?? nodes.length,
    errors_total: nodes.filter(({ isError }) => isError).length,
    services:
      names.length < 2 ? null : names.slice(0, services.shown).map((name) => named(clipped(name, services.characters))),
  });
}
