import { logs } from "@platform-mcp/client/contract";
import type { LogRecord, PointRecord, SpanRecord, Telemetry } from "../records.ts";
import { logOf, pointOf, spanOf } from "../store/testing/records.ts";

/** Whose telemetry it is: the id of a project, or null. */
export type OwnerId = string | null;

/** What everybody's telemetry has in common, so that nothing but whose it is tells it apart. */
export interface Shared {
  readonly owners: readonly OwnerId[];
  readonly traceIds: readonly string[];
  readonly sessionIds: readonly string[];
  /** Milliseconds since 1970, when the first of it happens. */
  readonly start: number;
}

export const services = ["web", "worker"] as const;
export const words = ["refused", "timeout", "Done"] as const;
const perOwner = 24;

interface AllTelemetry extends Required<Telemetry> {
  readonly logs: readonly LogRecord[];
  readonly spans: readonly SpanRecord[];
  readonly points: readonly PointRecord[];
}

/** What is in every text of an owner's telemetry, and in nobody else's. */
export function markerOf(owner: OwnerId): string {
  return `<<${owner ?? "platform"}>>`;
}

/**
 * Telemetry of each owner, in the same traces, sessions and metrics: whoever writes may name what is not theirs. No two
 * logs and spans have the same time.
 */
export function telemetryOfAll({ owners, traceIds, sessionIds, start }: Shared): AllTelemetry {
  const each = owners.flatMap((owner, at) =>
    Array.from({ length: perOwner }, (_, index) => {
      const time = start + (index * owners.length + at) * 1000;
      return { index, time, projectId: owner, marker: markerOf(owner), ...sessionOf(sessionIds, index) };
    }),
  );
  const pick = <T>(values: readonly T[], index: number): T => {
    const value = values[index % values.length];
    if (value === undefined) throw new Error("there is nothing to pick from");
    return value;
  };
  return {
    logs: each.map(({ index, marker, ...whose }) =>
      logOf({
        ...whose,
        level: pick(logs.logLevels, index),
        service: pick(services, index),
        message: `${index} ${pick(words, index)} ${marker}`,
        attributes: { of: marker },
        ...(index % 4 !== 0 && { traceId: pick(traceIds, index) }),
      }),
    ),
    spans: each.map(({ index, marker, time, ...whose }) =>
      spanOf({
        ...{ ...whose, start: time, end: time + 500 * (index + 1), traceId: pick(traceIds, index) },
        ...{ name: `${index} ${marker}`, service: pick(services, index), attributes: { of: marker } },
        status: index % 5 === 0 ? "error" : "ok",
        ...(index >= traceIds.length && { parentSpanId: "1".repeat(16) }),
        statusMessage: marker,
        events: [{ time, name: marker, attributes: { of: marker } }],
      }),
    ),
    points: each.map(({ index, marker, time, ...whose }) =>
      pointOf({ ...whose, name: "load", labels: { of: marker, at: index % 2 }, time, value: index }),
    ),
  };
}

function sessionOf(sessionIds: readonly string[], index: number) {
  return { sessionId: index % 3 === 0 ? null : (sessionIds[index % sessionIds.length] ?? null) };
}
