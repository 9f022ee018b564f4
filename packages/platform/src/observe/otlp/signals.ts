import { setImmediate } from "node:timers/promises";
import type { LogRecord, Owner, PointRecord, SpanRecord, Telemetry } from "../records.ts";
import type { Encoding } from "./encoding.ts";
import { decodeJson, type JsonNames } from "./json/decode-json.ts";
import { jsonLog, jsonMetric, jsonSpan } from "./json/item-schemas.ts";
import { mapLog } from "./map-log.ts";
import { mapMetric } from "./map-metric.ts";
import { mapSpan } from "./map-span.ts";
import type { Mapped, Unowned } from "./mapped.ts";
import { mostItems, type OtlpLog, type OtlpMetric, type OtlpSpan, type Sent, TooManyItems } from "./model.ts";
import { decodeProtobuf } from "./protobuf/decode-protobuf.ts";
import { readLog } from "./protobuf/read-log.ts";
import { readMetric } from "./protobuf/read-metric.ts";
import { readSpan } from "./protobuf/read-span.ts";
import type { Claim } from "./record-parts.ts";
import type { Rejected, Resolved } from "./resolve-owners.ts";

/** What a request holds, before it is known whose it is. */
export interface Received {
  readonly claims: readonly Claim[];
  readonly count: number;
  /** The records of those who may write them, and why the others are none. */
  settle(ownerOf: (claim: Claim) => Resolved): {
    readonly telemetry: Telemetry;
    readonly rejected: readonly Rejected[];
  };
}

/** One of the three kinds of telemetry, as it is sent. */
export interface Signal {
  readonly path: string;
  /** How JSON calls the number of records that were not taken. */
  readonly rejectedName: string;
  /** Reads a request; in between, others are answered. @throws BrokenPayload; TooManyItems */
  receive(encoding: Encoding, body: Buffer): Promise<Received>;
}

interface Definition<Item, R extends Owner> extends Pick<Signal, "path" | "rejectedName"> {
  readonly names: JsonNames;
  readonly readProtobuf: Parameters<typeof decodeProtobuf<Item>>[1];
  readonly readJson: (value: unknown) => Item;
  readonly map: (sent: Sent<Item>) => readonly Mapped<R>[];
  readonly telemetry: (records: readonly (Unowned<R> & Owner)[]) => Telemetry;
}

export const signals: readonly Signal[] = [
  signal<OtlpSpan, SpanRecord>({
    path: "/v1/traces",
    rejectedName: "rejectedSpans",
    names: { resources: "resourceSpans", scopes: "scopeSpans", items: "spans" },
    readProtobuf: readSpan,
    readJson: jsonSpan,
    map: (sent) => [mapSpan(sent)],
    telemetry: (spans) => ({ spans }),
  }),
  signal<OtlpLog, LogRecord>({
    path: "/v1/logs",
    rejectedName: "rejectedLogRecords",
    names: { resources: "resourceLogs", scopes: "scopeLogs", items: "logRecords" },
    readProtobuf: readLog,
    readJson: jsonLog,
    map: (sent) => [mapLog(sent)],
    telemetry: (logs) => ({ logs }),
  }),
  signal<OtlpMetric, PointRecord>({
    path: "/v1/metrics",
    rejectedName: "rejectedDataPoints",
    names: { resources: "resourceMetrics", scopes: "scopeMetrics", items: "metrics" },
    readProtobuf: readMetric,
    readJson: jsonMetric,
    map: mapMetric,
    telemetry: (points) => ({ points }),
  }),
];

/** Items that are read without a pause: a whole request may take a second. */
const atOnce = 500;

function signal<Item, R extends Owner>(definition: Definition<Item, R>): Signal {
  const { path, rejectedName, names, readProtobuf, readJson, map, telemetry } = definition;
  return {
    path,
    rejectedName,
    async receive(encoding, body) {
      const mapped: Mapped<R>[] = [];
      let read = 0;
      const sent = encoding === "JSON" ? decodeJson(body, names, readJson) : decodeProtobuf(body, readProtobuf);
      for (const one of sent) {
        mapped.push(...map(one));
        if (mapped.length > mostItems) throw new TooManyItems();
        if (++read % atOnce === 0) await setImmediate();
      }
      return received(mapped, telemetry);
    },
  };
}

function received<R extends Owner>(
  mapped: readonly Mapped<R>[],
  telemetry: Definition<unknown, R>["telemetry"],
): Received {
  return {
    count: mapped.length,
    claims: mapped.flatMap((one) => ("claim" in one ? [one.claim] : [])),
    settle(ownerOf) {
      const records: (Unowned<R> & Owner)[] = [];
      const rejected: Rejected[] = [];
      for (const one of mapped) {
        const owner = "claim" in one ? ownerOf(one.claim) : { ...one, isForbidden: false };
        if ("rejected" in owner) rejected.push(owner);
        else if ("claim" in one) records.push({ ...one.record, ...owner });
      }
      return { telemetry: telemetry(records), rejected };
    },
  };
}
