import { named, type Part, record, text } from "@platform-mcp/server-kit";
import * as z from "zod";
import { attributeLines } from "../attributes.ts";
import { milliseconds, rounded } from "./milliseconds.ts";
import type { SpanNode } from "./span-forest.ts";

export const spanDetailsOutput = {
  span: z.string(),
  service: z.string(),
  kind: z.string(),
  status: z.string(),
  duration_ms: z.number().nullable(),
  at_ms: z.number(),
  span_id: z.string(),
  parent_span_id: z.string().nullable(),
  details: z.string().optional(),
};

/** All that the platform has of one span. */
export function spanDetails(node: SpanNode): readonly Part[] {
  const { span, start, end } = node;
  const details = detailLines(node).join("\n");
  const cut = () => "The span has more than an answer may hold; the end of it was cut.";
  return [
    record({
      span: named(node.name),
      service: named(node.service),
      kind: span.kind,
      status: span.status,
      duration_ms: span.finished_at == null && span.duration_ms == null ? null : rounded(end - start),
      at_ms: rounded(start),
      span_id: node.id,
      parent_span_id: span.parent_span_id,
    }),
    ...(details === "" ? [] : [text({ key: "details", text: details, share: 0.6, rest: cut, lineCut: cut })]),
  ];
}

function detailLines({ span }: SpanNode): readonly string[] {
  const began = milliseconds(span.started_at) ?? 0;
  const attributes = attributeLines(span.attributes);
  return [
    ...(span.status_message ? [`message: ${span.status_message}`] : []),
    ...(attributes.length === 0 ? [] : ["attributes:", ...attributes]),
    ...(span.events ?? []).flatMap((event) => {
      const at = rounded((milliseconds(event.time) ?? began) - began);
      return [`event +${at}ms: ${event.name}`, ...attributeLines(event.attributes)];
    }),
  ];
}
