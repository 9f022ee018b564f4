import type { SpanNode } from "./span-forest.ts";
import type { SpanContext } from "./span-row.ts";

/** What is known of a span and all that is below it. */
export interface Below {
  /** How many there are below it. */
  readonly spans: number;
  readonly hasError: boolean;
  /** Milliseconds of the critical path that are within it. */
  readonly critical: number;
}

/** @param nodes parents before children */
export function lookBelow(
  nodes: readonly SpanNode[],
  { criticalPath }: Pick<SpanContext, "criticalPath">,
): (node: SpanNode) => Below {
  const known = new Map<SpanNode, Below>();
  const nothing: Below = { spans: 0, hasError: false, critical: 0 };
  for (const node of nodes.toReversed()) {
    let { spans, hasError, critical } = { ...nothing, critical: criticalPath.get(node) ?? 0 };
    for (const child of node.children) {
      const below = known.get(child) ?? nothing;
      spans += 1 + below.spans;
      hasError ||= child.isError || below.hasError;
      critical += below.critical;
    }
    known.set(node, { spans, hasError, critical });
  }
  return (node) => known.get(node) ?? nothing;
}
