import { type Part, type TreeNode, tree } from "@platform-mcp/server-kit";
import { preorder, type SpanNode } from "./span-forest.ts";
import { foldLegend, legend, type SpanContext } from "./span-row.ts";
import { spanTree } from "./span-tree.ts";

/** Rows of an overview. */
const mostRows = 80;

/** The spans as a tree, what matters most of them; nothing where there are none. */
export function overview(roots: readonly SpanNode[], context: SpanContext): readonly Part[] {
  if (roots.length === 0) return [];
  const total = preorder(roots).length;
  const rows = spanTree(roots, context);
  const legends = hasFold(rows) ? `${legend}. ${foldLegend}` : legend;
  return [
    tree({
      of: "spans",
      roots: rows,
      most: mostRows,
      header: (shown) => `spans ${shown === total ? total : `${shown} of ${total}`}: ${legends}`,
      rest: (shown) =>
        `${total - shown} spans are left out; (+N) says how many below a row. get_trace with its span_id shows them; the same call with offset=0 lists every span.`,
    }),
  ];
}

function hasFold(roots: readonly TreeNode[]): boolean {
  const waiting = [...roots];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.size !== undefined && node.size > 1) return true;
    for (const child of node.children) waiting.push(child);
  }
  return false;
}
