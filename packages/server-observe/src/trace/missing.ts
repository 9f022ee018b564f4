import type { OwnSpans, Trace } from "./own-spans.ts";
import type { SpanNode } from "./span-forest.ts";

/** What is to be known of what is missing in a trace, in sentences. */
export function missing(trace: Trace, own: OwnSpans, nodes: readonly SpanNode[]): readonly string[] {
  const orphans = nodes.filter(({ isOrphan }) => isOrphan).length;
  return [
    nodes.length === 0 && own.others === 0
      ? "None of its spans are there: they may be too old to be kept, while the trace still is listed."
      : "",
    own.others === 0 ? "" : `${own.others} spans of other projects are not shown.`,
    trace.truncated ? `The platform gives only the first ${trace.spans.length} spans; there are more.` : "",
    orphans === 0
      ? ""
      : `The parents of ${orphans} spans are not here: not sent, not sent yet, or not for this session to see.`,
  ].filter((sentence) => sentence !== "");
}
