import { randomBytes } from "node:crypto";
import type { Attributes, Span, SpanCaller, SpanResult } from "../../telemetry/span.ts";
import type { TraceContext } from "../../telemetry/trace-context.ts";
import type { Tracing } from "../../telemetry/tracing.ts";
import type { Owner, SpanRecord, TelemetryWriter } from "../records.ts";

/** Spans within one request that are recorded; of more, only their number. */
const mostWithin = 200;
/** Requests whose owner is being looked up; spans of more are lost. */
const mostWaiting = 1000;

interface RecordRequestsOptions {
  readonly telemetry: Pick<TelemetryWriter, "offer">;
  readonly ownerOf: (caller: SpanCaller) => Promise<Owner>;
  /** Told of spans that are not recorded since there is no telling whose they are. */
  readonly onDropped: (telemetry: { readonly spans: readonly SpanRecord[] }) => void;
  /** Where the spans of all requests go beside; undefined for nowhere. */
  readonly external: Tracing | undefined;
}

type Unowned = Omit<SpanRecord, keyof Owner>;

const nobody: Owner = { projectId: null, sessionId: null };

/**
 * Records requests, and what is done for them, that come with a trace which their caller records: the tool calls of
 * sessions. Whose they are is decided by who the caller is, once the request has been answered; strangers' are not
 * recorded.
 */
export function recordRequests({ telemetry, ownerOf, onDropped, external }: RecordRequestsOptions): Tracing {
  let waiting = 0;
  const take = (spans: readonly Unowned[], caller: SpanCaller | undefined) => {
    if (caller === undefined) return;
    const drop = () => onDropped({ spans: ownedBy(spans, nobody) });
    if (waiting >= mostWaiting) return drop();
    waiting += 1;
    ownerOf(caller)
      .then((owner) => telemetry.offer({ spans: ownedBy(spans, owner) }), drop)
      .finally(() => {
        waiting -= 1;
      });
  };
  return {
    startRequest(name, parent, attributes) {
      const outer = external?.startRequest(name, parent, attributes);
      return parent?.sampled === true ? startRecorded({ name, parent, attributes, outer, take }) : outer;
    },
    close: async () => await external?.close(),
  };
}

function ownedBy(spans: readonly Unowned[], owner: Owner): readonly SpanRecord[] {
  return spans.map((span) => ({ ...span, ...owner }));
}

interface RecordedOptions {
  readonly name: string;
  readonly parent: TraceContext;
  readonly attributes: Attributes;
  readonly outer: Span | undefined;
  readonly take: (spans: readonly Unowned[], caller: SpanCaller | undefined) => void;
}

function startRecorded({ name, parent, attributes, outer, take }: RecordedOptions): Span {
  const began = { time: Date.now(), at: performance.now() };
  // Steps of the clock within a request would tear its spans apart.
  const now = () => began.time + performance.now() - began.at;
  const { traceId } = parent;
  const within: Unowned[] = [];
  let left = 0;
  let isOver = false;

  function start(span: Pick<Unowned, "name" | "kind" | "parentSpanId">, about: Attributes, start: number, twin?: Span) {
    const context = twin?.context ?? { traceId, spanId: randomBytes(8).toString("hex"), sampled: true };
    const finish = (result: SpanResult): Unowned => ({
      ...span,
      ...{ traceId, spanId: context.spanId, service: "platform", start, end: now() },
      name: result.name ?? span.name,
      status: result.failed === true ? "error" : "unset",
      statusMessage: null,
      attributes: { ...about, ...result.attributes },
      events: null,
    });
    return { context, finish };
  }

  function child(of: TraceContext, what: string, about: Attributes, msAgo = 0, twin?: Span): Span {
    const span = { name: what, kind: "client", parentSpanId: of.spanId } as const;
    const { context, finish } = start(span, about, now() - msAgo, twin);
    return {
      context,
      child: (inner, attributesOf, ago) =>
        child(context, inner, attributesOf, ago, twin?.child(inner, attributesOf, ago)),
      end(result = {}) {
        twin?.end(result);
        // A queue of those that came too late would be nobody's.
        if (isOver) return;
        if (within.length < mostWithin) within.push(finish(result));
        else left += 1;
      },
    };
  }

  const request = { name, kind: "server", parentSpanId: parent.spanId } as const;
  const { context, finish } = start(request, attributes, began.time, outer);
  return {
    context,
    child: (what, about, msAgo) => child(context, what, about, msAgo, outer?.child(what, about, msAgo)),
    end(result = {}) {
      outer?.end(result);
      if (isOver) return;
      isOver = true;
      const whole = finish(result);
      const cut =
        left === 0 ? whole : { ...whole, attributes: { ...whole.attributes, "platform.spans_left_out": left } };
      take([cut, ...within], result.caller);
    },
  };
}
