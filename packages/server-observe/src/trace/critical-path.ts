import type { SpanNode } from "./span-forest.ts";

/**
 * The spans on which the duration of the whole depended, each with the milliseconds that nothing below it accounts for:
 * read backwards from the end, at each moment the span whose end was waited for.
 */
export function criticalPath(roots: readonly SpanNode[]): ReadonlyMap<SpanNode, number> {
  const own = new Map<SpanNode, number>();
  const waiting: Waiting[] = [];
  walk(roots, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, waiting);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, from, to } = next;
    own.set(node, to - from - walk(node.children, from, to, waiting));
  }
  return own;
}

/** A span, and the part of its time that others waited for. */
interface Waiting {
  readonly node: SpanNode;
  readonly from: number;
  readonly to: number;
}

/** Finds those of some siblings that were waited for between two times; gives the milliseconds that they account for. */
function walk(siblings: readonly SpanNode[], from: number, to: number, found: Waiting[]): number {
  let until = to;
  let accounted = 0;
  for (const node of siblings.toSorted((one, other) => other.end - one.end || one.start - other.start)) {
    const end = Math.min(node.end, until);
    const start = Math.max(node.start, from);
    if (start >= end) continue;
    found.push({ node, from: start, to: end });
    accounted += end - start;
    until = start;
  }
  return accounted;
}
