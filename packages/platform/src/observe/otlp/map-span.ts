import type { SpanRecord } from "../records.ts";
import { shorten } from "./attribute-set.ts";
import { spanIdOf, traceIdOf } from "./ids.ts";
import type { Mapped } from "./mapped.ts";
import type { OtlpSpan, Sent } from "./model.ts";
import { recordParts } from "./record-parts.ts";

/** Characters of the attributes of a span's events together; what comes after is only counted. */
const longestEvents = 65_536;

const kinds: readonly SpanRecord["kind"][] = ["internal", "internal", "server", "client", "producer", "consumer"];
const statuses: readonly SpanRecord["status"][] = ["unset", "ok", "error"];

export function mapSpan(sent: Sent<OtlpSpan>): Mapped<SpanRecord> {
  const { item } = sent;
  const [traceId, spanId] = [traceIdOf(item.traceId), spanIdOf(item.spanId)];
  if (traceId === undefined) return { rejected: "a span has no valid trace id" };
  if (spanId === undefined) return { rejected: "a span has no valid span id" };
  const { claim, service, attributes } = recordParts(sent);
  const events = eventsOf(item);
  const dropped = item.droppedEvents + item.events.length - events.length;
  return {
    claim,
    record: {
      ...{ traceId, spanId, parentSpanId: spanIdOf(item.parentSpanId) ?? null },
      ...{ name: shorten(item.name, 1024), service, start: item.start },
      kind: kinds[item.kind] ?? "internal",
      status: statuses[item.statusCode] ?? "unset",
      statusMessage: item.statusMessage === "" ? null : shorten(item.statusMessage, 4096),
      end: item.end === 0 ? null : Math.max(item.start, item.end),
      attributes: dropped === 0 ? attributes : { ...attributes, "platform.dropped_events": dropped },
      events: events.length === 0 ? null : events.map(eventOf),
    },
  };
}

function eventsOf({ events }: OtlpSpan): OtlpSpan["events"] {
  let room = longestEvents;
  return events.filter(({ attributes }) => {
    room -= attributes.length;
    return room >= 0;
  });
}

function eventOf({ time, name, attributes: { values } }: OtlpSpan["events"][number]) {
  return { time, name: shorten(name, 1024), attributes: Object.keys(values).length === 0 ? null : values };
}
