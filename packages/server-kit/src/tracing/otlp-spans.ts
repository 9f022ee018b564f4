import type { TracePlace } from "./session-trace.ts";

/** A call of a tool that has ended. */
export interface EndedCall extends TracePlace {
  readonly parentSpanId: string;
  readonly tool: string;
  /** Milliseconds since 1970. */
  readonly start: number;
  readonly end: number;
  readonly failed: boolean;
}

/** Whose calls they are. */
export interface SpanSource {
  /** The server's name and version. */
  readonly service: string;
  readonly version: string;
}

/** Calls as OTLP's JSON has spans. What tools were given and have answered is in none of it. */
export function otlpSpans({ service, version }: SpanSource, calls: readonly EndedCall[]) {
  const resource = attributesOf({ "service.name": service, "service.version": version });
  const spans = calls.map(({ traceId, spanId, parentSpanId, tool, start, end, failed }) => ({
    ...{ traceId, spanId, parentSpanId },
    name: `tools/call ${tool}`,
    // Internal: it is the agent's doing, and no request that came over a network.
    kind: 1,
    ...{ startTimeUnixNano: nanoseconds(start), endTimeUnixNano: nanoseconds(end) },
    attributes: attributesOf({
      "mcp.method.name": "tools/call",
      "gen_ai.tool.name": tool,
      ...(failed && { "error.type": "tool_error" }),
    }),
    status: failed ? { code: 2 } : {},
  }));
  return { resourceSpans: [{ resource: { attributes: resource }, scopeSpans: [{ scope: { name: service }, spans }] }] };
}

function attributesOf(values: Readonly<Record<string, string>>) {
  return Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));
}

/** As text, since a number cannot hold them all. */
function nanoseconds(milliseconds: number): string {
  return String(BigInt(Math.round(milliseconds * 1000)) * 1000n);
}
