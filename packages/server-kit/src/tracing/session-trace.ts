import { spanIdOf, traceIdOf } from "@platform-mcp/client";

/** Where in a trace something takes place: W3C Trace Context. */
export interface TracePlace {
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** Of the span it is a part of: 16 hexadecimal digits. */
  readonly spanId: string;
}

/** The trace of an agent session on the platform, and its span in it: both follow from its id, as the platform has it. */
export function sessionTrace(sessionId: string): TracePlace {
  return { traceId: traceIdOf(sessionId), spanId: spanIdOf(sessionId) };
}

/** The place that a `traceparent` names; undefined when that is none, or whoever has sent it does not record it. */
export function recordedPlace(traceparent: string | undefined): TracePlace | undefined {
  const [, traceId, spanId, flags = ""] = /^\w\w-(\w{32})-(\w{16})-(\w\w)$/.exec(traceparent ?? "") ?? [];
  if (traceId === undefined || spanId === undefined || /^0+$/.test(traceId) || /^0+$/.test(spanId)) return undefined;
  return (Number.parseInt(flags, 16) & 1) === 1 ? { traceId, spanId } : undefined;
}
