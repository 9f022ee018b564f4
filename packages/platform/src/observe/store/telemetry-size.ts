import type { Telemetry } from "../records.ts";

/** What telemetry takes of the memory until it is stored, about. */
export interface TelemetrySize {
  readonly rows: number;
  readonly bytes: number;
}

/** Of a record without its texts, attributes and buckets; of an attribute without its text. */
const recordBytes = 300;
const valueBytes = 60;

export function sizeOf({ logs = [], spans = [], points = [] }: Telemetry): TelemetrySize {
  let bytes = recordBytes * (logs.length + spans.length + points.length);
  for (const { message, attributes } of logs) bytes += bytesOf(message) + bytesOf(attributes);
  for (const { name, statusMessage, attributes, events } of spans) {
    bytes += bytesOf(name) + bytesOf(statusMessage) + bytesOf(attributes) + bytesOf(events);
  }
  for (const { labels, histogram } of points) bytes += bytesOf(labels) + bytesOf(histogram);
  return { rows: logs.length + spans.length + points.length, bytes };
}

function bytesOf(value: unknown): number {
  // What is not in Latin letters takes two bytes a character.
  if (typeof value === "string") return 2 * value.length;
  if (typeof value !== "object" || value === null) return 0;
  let bytes = 0;
  for (const [name, inner] of Object.entries(value)) bytes += valueBytes + 2 * name.length + bytesOf(inner);
  return bytes;
}
