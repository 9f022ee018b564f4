import type { logs } from "@platform-mcp/client/contract";
import { storable } from "../../db/storable.ts";
import { guessLevel, levelOf } from "./guess-level.ts";

/** What a line that a program printed says, as far as it can be read. */
export interface LineContent {
  readonly level: logs.LogLevel;
  readonly message: string;
  readonly attributes: Readonly<Record<string, string | number | boolean>> | null;
  readonly traceId?: string;
  readonly spanId?: string | null;
}

/** Fields of a line that are kept. */
const mostFields = 30;
/** What a record has a place of its own for. */
const known = /^(level|lvl|severity|msg|message|time|timestamp|ts|@timestamp|trace_id|traceId|span_id|spanId)$/;

/** Reads a line: of JSON as loggers write it the level, the message and the plain fields, and otherwise a text. */
export function readLine(line: string): LineContent {
  const text = storable(line);
  const fields = text.startsWith("{") ? objectIn(text) : undefined;
  const message = fields?.msg ?? fields?.message;
  if (fields === undefined || typeof message !== "string") {
    return { level: guessLevel(text), message: text, attributes: null };
  }
  const level = [fields.level, fields.lvl, fields.severity].map(levelOf).find((found) => found !== undefined);
  const trace = placeIn(fields);
  const whole = storable(withError(message, fields.err));
  return { level: level ?? guessLevel(message), message: whole, attributes: plainFields(fields), ...trace };
}

/** With what an error says that pino has put beside the message. */
function withError(message: string, error: unknown): string {
  const said = typeof error === "object" && error !== null && "message" in error ? error.message : undefined;
  return typeof said === "string" && said !== "" && !message.includes(said) ? `${message}: ${said}` : message;
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}

function plainFields(fields: Readonly<Record<string, unknown>>): LineContent["attributes"] {
  const plain = Object.entries(fields).flatMap(([name, value]) => {
    const isPlain = typeof value === "string" || typeof value === "number" || typeof value === "boolean";
    return isPlain && !known.test(name) ? [[storable(name), storable(value)] as const] : [];
  });
  return plain.length === 0 ? null : Object.fromEntries(plain.slice(0, mostFields));
}

/** Where in a trace it was written, if that is said as OpenTelemetry does. */
function placeIn(fields: Readonly<Record<string, unknown>>): Pick<LineContent, "traceId" | "spanId"> {
  const traceId = hexadecimal(fields.trace_id ?? fields.traceId, 32);
  const spanId = hexadecimal(fields.span_id ?? fields.spanId, 16);
  return traceId === undefined ? {} : { traceId, spanId: spanId ?? null };
}

function hexadecimal(value: unknown, digits: number): string | undefined {
  if (typeof value !== "string" || value.length !== digits || !/^(?!0+$)[0-9a-f]+$/i.test(value)) return undefined;
  return value.toLowerCase();
}
