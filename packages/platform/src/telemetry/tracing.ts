import type { SpanContext } from "@opentelemetry/api";
import type { Attributes, Span } from "./span.ts";
import type { TraceContext } from "./trace-context.ts";

/** Where spans go. */
export interface Tracing {
  /** Begins the span of a request, as a part of its caller's trace if it names one; undefined when it is in none. */
  startRequest(name: string, parent: TraceContext | undefined, attributes: Attributes): Span | undefined;
  /** Sends what is left, for at most a few seconds. */
  close(): Promise<void>;
}

export interface TracingOptions {
  /** An OTLP/HTTP receiver's base URL, such as `http://127.0.0.1:4318`. */
  readonly endpoint: string;
  readonly version: string;
}

/** Milliseconds that a batch may take to be sent. */
const sendTimeout = 5_000;

/**
 * Sends spans to an OTLP/HTTP receiver, in JSON and in batches; one that does not answer loses them and stops nothing.
 * Loads its modules only when called. Other `OTEL_` variables (headers, limits, resource attributes) work as specified.
 */
export async function openTracing({ endpoint, version }: TracingOptions): Promise<Tracing> {
  const [{ ROOT_CONTEXT, SpanKind, SpanStatusCode, trace, TraceFlags }, sdk, { OTLPTraceExporter }, resources] =
    await Promise.all([
      import("@opentelemetry/api"),
      import("@opentelemetry/sdk-trace"),
      import("@opentelemetry/exporter-trace-otlp-http"),
      import("@opentelemetry/resources"),
    ]);
  const exporter = new OTLPTraceExporter({
    url: `${endpoint.replace(/\/+$/, "")}/v1/traces`,
    timeoutMillis: sendTimeout,
  });
  const named = resources.resourceFromAttributes({ "service.name": "platform", "service.version": version });
  const provider = new sdk.TracerProvider({
    resource: named.merge(resources.detectResources({ detectors: [resources.envDetector] })),
    // Whoever has decided not to record a trace has decided it for us too.
    sampler: new sdk.ParentBasedSampler({ root: new sdk.AlwaysOnSampler() }),
    spanProcessors: [new sdk.BatchSpanProcessor({ exporter, exportTimeoutMillis: sendTimeout })],
  });
  const tracer = provider.getTracer("platform");

  function start(name: string, parent: SpanContext | undefined, kind: number, attributes: Attributes, msAgo = 0): Span {
    const context = parent === undefined ? ROOT_CONTEXT : trace.setSpanContext(ROOT_CONTEXT, parent);
    const span = tracer.startSpan(name, { kind, attributes, startTime: Date.now() - msAgo }, context);
    const own = span.spanContext();
    return {
      context: { traceId: own.traceId, spanId: own.spanId, sampled: (own.traceFlags & TraceFlags.SAMPLED) !== 0 },
      child: (childName, childAttributes, ago) => start(childName, own, SpanKind.CLIENT, childAttributes, ago),
      end(result = {}) {
        if (result.name !== undefined) span.updateName(result.name);
        if (result.attributes !== undefined) span.setAttributes(result.attributes);
        if (result.failed === true) span.setStatus({ code: SpanStatusCode.ERROR });
        span.end();
      },
    };
  }

  return {
    startRequest(name, parent, attributes) {
      const remote = parent && {
        traceId: parent.traceId,
        spanId: parent.spanId,
        traceFlags: parent.sampled ? TraceFlags.SAMPLED : TraceFlags.NONE,
        isRemote: true,
      };
      return start(name, remote, SpanKind.SERVER, attributes);
    },
    close: () => provider.shutdown().catch(() => {}),
  };
}
