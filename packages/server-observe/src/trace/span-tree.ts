import type { TreeNode } from "@platform-mcp/server-kit";
import { type Below, lookBelow } from "./below.ts";
import { fold } from "./fold.ts";
import { preorder, type SpanNode } from "./span-forest.ts";
import { durationOf, type SpanContext, type SpanGroup, spanRow } from "./span-row.ts";

/**
 * The spans of a trace, or of a part of it, as rows. Errors rank first, and of them those that no other below explains;
 * then the critical path; then what took long.
 */
export function spanTree(roots: readonly SpanNode[], context: SpanContext): readonly TreeNode[] {
  const nodes = preorder(roots);
  const below = lookBelow(nodes, context);
  const whole = roots.reduce((most, root) => Math.max(most, root.end), 0) || 1;
  const made = new Map<SpanNode, TreeNode>();
  const row = (group: SpanGroup, more: Pick<TreeNode, "children" | "hidden">): TreeNode => ({
    ...spanRow(group, context),
    size: group.length,
    rank: rankOf(group, below, whole),
    ...more,
  });
  const rowsOf = (siblings: readonly SpanNode[]) =>
    fold(siblings, below).map((group) => {
      const [first, ...others] = group;
      const one = others.length === 0 ? made.get(first) : undefined;
      return one ?? row(group, { children: [], hidden: group.reduce((sum, member) => sum + below(member).spans, 0) });
    });
  // Children before parents, and not recursive: a trace may be as deep as it has spans.
  for (const node of nodes.toReversed()) made.set(node, row([node], { children: rowsOf(node.children), hidden: 0 }));
  const [first] = roots;
  return rowsOf(roots).map((root) => (first !== undefined && root === made.get(first) ? { ...root, rank: 0 } : root));
}

/** @param whole milliseconds of all of it */
function rankOf(group: SpanGroup, below: (node: SpanNode) => Below, whole: number): number {
  const [first] = group;
  if (first.isError) return group.length > 1 ? 3 : below(first).hasError ? 2 : 1;
  const critical = group.reduce((sum, member) => sum + below(member).critical, 0);
  if (critical > 0) return 5 - Math.min(1, critical / whole);
  return 7 - Math.min(1, group.reduce((sum, member) => sum + durationOf(member), 0) / whole);
}
