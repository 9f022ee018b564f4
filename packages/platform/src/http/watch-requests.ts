import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Metrics } from "../telemetry/metrics.ts";
import { type Span, within } from "../telemetry/span.ts";
import { formatTraceparent, parseTraceparent } from "../telemetry/trace-context.ts";
import type { Tracing } from "../telemetry/tracing.ts";
import { callerOf } from "./admit.ts";

/** Where what is seen of requests goes; tracing only where it is configured. */
export interface Telemetry {
  readonly metrics: Metrics;
  readonly tracing: Tracing | undefined;
}

/**
 * Tells the log, the metrics and the trace of every request: its route's template and not its URL, and its caller's id
 * and not their name, since what callers write and who they are is theirs.
 */
export function watchRequests(app: FastifyInstance, { metrics, tracing }: Telemetry): void {
  const spans = new WeakMap<FastifyRequest, Span>();
  if (tracing !== undefined) traceRequests(app, tracing, spans);
  const tell = (request: FastifyRequest, reply: FastifyReply, isWhole: boolean) => {
    const { method, log } = request;
    const { url: route } = request.routeOptions;
    const { statusCode: status, elapsedTime } = reply;
    metrics.answered({ method, route, status, seconds: elapsedTime / 1000 });
    const traceId = spans.get(request)?.context.traceId ?? parseTraceparent(request.headers.traceparent)?.traceId;
    const caller = callerOf(request);
    log.info(
      {
        method,
        path: route,
        status,
        ms: Math.round(elapsedTime),
        ...(!isWhole && { broken_off: true }),
        ...(caller && { caller: caller.user.id }),
        ...(traceId && { trace_id: traceId }),
      },
      "request",
    );
    endSpan(spans.get(request), request, reply);
  };
  app.addHook("onRequest", async (request, reply) => {
    // The framework does not tell of an answer that did not come to its end, by whosever will.
    reply.raw.once("close", () => {
      if (!reply.raw.writableFinished) tell(request, reply, false);
    });
  });
  app.addHook("onResponse", async (request, reply) => tell(request, reply, true));
}

function traceRequests(app: FastifyInstance, tracing: Tracing, spans: WeakMap<FastifyRequest, Span>): void {
  app.addHook("onRequest", (request, reply, done) => {
    const { method, headers } = request;
    // Telemetry about the sending of telemetry would beget itself.
    if (request.routeOptions.url?.startsWith("/v1/")) return done();
    const span = tracing.startRequest(method, parseTraceparent(headers.traceparent), { "http.request.method": method });
    if (span === undefined) return done();
    spans.set(request, span);
    reply.header("traceresponse", formatTraceparent(span.context));
    within(span, done);
  });
  // Reading the body leaves the request's asynchronous context: this enters it again.
  app.addHook("preValidation", (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else within(span, done);
  });
}

function endSpan(span: Span | undefined, request: FastifyRequest, { statusCode }: FastifyReply): void {
  const { url: route } = request.routeOptions;
  const caller = callerOf(request);
  span?.end({
    ...(route !== undefined && { name: `${request.method} ${route}` }),
    attributes: {
      ...(route !== undefined && { "http.route": route }),
      "http.response.status_code": statusCode,
      "platform.caller.type": caller?.user.user_type ?? "anonymous",
    },
    failed: statusCode >= 500,
    caller: caller && { id: caller.user.id, isAgent: caller.user.user_type === "agent" },
  });
}
