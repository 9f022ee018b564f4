import { ArgumentError } from "@platform-mcp/server-kit";
import type { SpanNode } from "./span-forest.ts";

/** The span whose id begins so. @throws ArgumentError when there is none, or more than one */
export function findSpan(nodes: readonly SpanNode[], beginning: string): SpanNode {
  const wanted = beginning.replace(/^#/, "").toLowerCase();
  const exact = nodes.find(({ id }) => id === wanted);
  if (exact !== undefined) return exact;
  const [found, another] = nodes.filter(({ id }) => id.startsWith(wanted));
  if (found !== undefined && another === undefined) return found;
  const problem = found === undefined ? "no span of the trace begins with" : "several spans of the trace begin with";
  throw new ArgumentError(`${problem} ${JSON.stringify(beginning)}; get_trace without span_id shows those there are`);
}
