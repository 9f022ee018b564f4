import { traces } from "@platform-mcp/client";
import { definePlatformTool, list, note, type Part } from "@platform-mcp/server-kit";
import * as z from "zod";
import { traceId } from "../arguments.ts";
import { criticalPath } from "../trace/critical-path.ts";
import { errorsOutput, errorsPart } from "../trace/errors.ts";
import { findSpan } from "../trace/find-span.ts";
import { missing } from "../trace/missing.ts";
import { overview } from "../trace/overview.ts";
import { ownSpans } from "../trace/own-spans.ts";
import { shortIds } from "../trace/short-ids.ts";
import { spanDetails, spanDetailsOutput } from "../trace/span-details.ts";
import { preorder, type SpanNode, spanForest } from "../trace/span-forest.ts";
import { type SpanContext, spanRow } from "../trace/span-row.ts";
import { summary, summaryOutput } from "../trace/summary.ts";

const spanOutput = {
  span: z.string(),
  service: z.string(),
  count: z.int().optional(),
  max_ms: z.number().optional(),
  ms: z.number().nullable(),
  at_ms: z.number(),
  critical_ms: z.number().nullable(),
  status: z.string(),
  span_id: z.string(),
  depth: z.int(),
  hidden_below: z.int().optional(),
};

export const getTrace = definePlatformTool({
  name: "get_trace",
  title: "Get trace",
  description:
    "Show where a request's time went and what failed in it: errors, then its spans as a tree, the critical path and errors first, like siblings folded.",
  risk: "read",
  input: {
    trace_id: traceId,
    span_id: z
      .string()
      .regex(/^#?[\da-f]{1,16}$/i, "must be a span's id, or its beginning")
      .optional()
      .describe("All about this span, and the tree below it"),
    offset: z.int().min(0).optional().describe("Lists every span in order from here, in place of the tree"),
  },
  output: {
    ...summaryOutput,
    ...spanDetailsOutput,
    ...errorsOutput,
    spans: z.array(z.object(spanOutput)),
    total_spans: z.int().optional(),
  },
  uses: [traces.getTrace, traces.listTraces],
  async run({ api, boundProject }, { trace_id, span_id, offset }) {
    const trace = await api.call(traces.getTrace, { trace_id });
    const own = await ownSpans(api, trace, boundProject);
    const all = spanForest(own.spans);
    const nodes = preorder(all);
    const span = span_id === undefined ? undefined : findSpan(nodes, span_id);
    const roots = span === undefined ? all : [span];
    const context = { idOf: shortIds(nodes), criticalPath: criticalPath(all) };
    if (offset !== undefined) return everySpan(roots, context, offset);
    if (span !== undefined) {
      return [...spanDetails(span), ...(span.children.length === 0 ? [] : overview(roots, context))];
    }
    return [
      summary(trace, nodes),
      ...errorsPart(roots, context),
      ...overview(roots, context),
      note([...missing(trace, own, nodes), `What was logged in it: search_logs with trace_id=${trace_id}.`].join(" ")),
    ];
  },
});

function everySpan(roots: readonly SpanNode[], context: SpanContext, offset: number): Part {
  const nodes = preorder(roots);
  const depths = new Map<SpanNode, number>();
  for (const node of nodes) depths.set(node, (node.parent === undefined ? -1 : (depths.get(node.parent) ?? -1)) + 1);
  return list({
    of: "spans",
    items: nodes.slice(offset).map((node) => ({ depth: depths.get(node) ?? 0, ...spanRow([node], context).fields })),
    offset,
    total: nodes.length,
    next: (next) => `the same call with offset=${next}`,
    empty: "The trace has none.",
  });
}
