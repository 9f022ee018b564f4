import type { LogRecord } from "../records.ts";
import { shorten } from "./attribute-set.ts";
import { spanIdOf, traceIdOf } from "./ids.ts";
import { logLevelOf } from "./log-level.ts";
import type { Mapped } from "./mapped.ts";
import type { OtlpLog, Sent } from "./model.ts";
import { recordParts } from "./record-parts.ts";

/** Characters of a message. */
const longestMessage = 65_536;

export function mapLog(sent: Sent<OtlpLog>): Mapped<LogRecord> {
  const { item } = sent;
  const { claim, service, attributes } = recordParts(sent);
  const named = item.eventName === "" ? attributes : { ...attributes, "event.name": shorten(item.eventName, 255) };
  const traceId = traceIdOf(item.traceId) ?? null;
  return {
    claim,
    record: {
      time: item.time || item.observedTime || Date.now(),
      level: logLevelOf(item.severityText, item.severityNumber),
      service,
      message: messageOf(item),
      traceId,
      spanId: traceId === null ? null : (spanIdOf(item.spanId) ?? null),
      attributes: named,
    },
  };
}

function messageOf({ body, eventName }: OtlpLog): string {
  if (body === undefined || body === null) return shorten(eventName, longestMessage);
  return shorten(typeof body === "string" ? body : JSON.stringify(body), longestMessage);
}
