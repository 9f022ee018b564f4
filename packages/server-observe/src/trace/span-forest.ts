import type { traces } from "@platform-mcp/client";
import { milliseconds } from "./milliseconds.ts";

/** A span among those of its trace. */
export interface SpanNode {
  readonly span: traces.Span;
  readonly id: string;
  readonly name: string;
  readonly service: string;
  readonly isError: boolean;
  /** Milliseconds since the first span of the trace began. */
  readonly start: number;
  /** Never before the start; the start itself while nothing is known of an end. */
  readonly end: number;
  /** It names a parent that is not here. */
  readonly isOrphan: boolean;
  readonly parent: SpanNode | undefined;
  /** By their start. */
  readonly children: readonly SpanNode[];
}

/** While the tree is made. */
interface Growing extends SpanNode {
  isOrphan: boolean;
  parent: Growing | undefined;
  children: Growing[];
}

/**
 * The spans of a trace as trees, by their start. Whatever programs sent is taken: spans whose parent is not here are
 * roots, of those that are each other's parents one is, and one that is there twice is there twice.
 */
export function spanForest(spans: readonly traces.Span[]): readonly SpanNode[] {
  const began = spans.map((span) => milliseconds(span.started_at));
  const first = began.reduce<number>((least, time) => Math.min(least, time ?? least), Number.POSITIVE_INFINITY);
  const byId = new Map<string, Growing>();
  const nodes = spans.map((span, index) => {
    const node = nodeOf(span, (began[index] ?? first) - first, first);
    if (!byId.has(node.id)) byId.set(node.id, node);
    return node;
  });
  const roots: SpanNode[] = [];
  for (const [index, node] of nodes.entries()) {
    const parentId = idOf(spans[index]?.parent_span_id);
    const parent = parentId === "" ? undefined : byId.get(parentId);
    if (parent === undefined || parent === node) {
      node.isOrphan = parentId !== "" && parent === undefined;
      roots.push(node);
    } else {
      node.parent = parent;
      parent.children.push(node);
    }
  }
  cutCycles(nodes, roots);
  for (const node of nodes) node.children.sort(byStart);
  return roots.sort(byStart);
}

function nodeOf(span: traces.Span, offset: number, first: number): Growing {
  const start = Number.isFinite(offset) ? offset : 0;
  const finished = milliseconds(span.finished_at);
  const end = finished === undefined ? start + (span.duration_ms ?? 0) : finished - first;
  return {
    span,
    id: idOf(span.span_id),
    // Platforms do not always keep to the contract.
    name: String(span.name ?? ""),
    service: String(span.service ?? ""),
    isError: span.status === "error",
    start,
    end: Number.isFinite(end) ? Math.max(start, end) : start,
    isOrphan: false,
    parent: undefined,
    children: [],
  };
}

function idOf(id: string | null | undefined): string {
  return String(id ?? "").toLowerCase();
}

function byStart(one: SpanNode, other: SpanNode): number {
  return one.start - other.start || other.end - one.end;
}

/** Makes a root of one span in each circle of spans, so that every span is below some root. */
function cutCycles(nodes: readonly Growing[], roots: SpanNode[]): void {
  const reached = new Set<SpanNode>();
  for (const root of roots) reach(root, reached);
  for (const node of nodes) {
    if (reached.has(node)) continue;
    const root = onCircle(node);
    root.parent?.children.splice(root.parent.children.indexOf(root), 1);
    root.parent = undefined;
    roots.push(root);
    reach(root, reached);
  }
}

/** From a span that is below no root, the first one upwards that comes again. */
function onCircle(node: Growing): Growing {
  const passed = new Set<Growing>();
  let at = node;
  while (at.parent !== undefined && !passed.has(at)) {
    passed.add(at);
    at = at.parent;
  }
  return at;
}

function reach(root: SpanNode, reached: Set<SpanNode>): void {
  const waiting = [root];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (reached.has(node)) continue;
    reached.add(node);
    for (const child of node.children) waiting.push(child);
  }
}

/** All spans below these, and they themselves, parents before children. */
export function preorder(roots: readonly SpanNode[]): readonly SpanNode[] {
  const all: SpanNode[] = [];
  const waiting = roots.toReversed();
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    all.push(node);
    for (const child of node.children.toReversed()) waiting.push(child);
  }
  return all;
}
