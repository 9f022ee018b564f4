import { storable } from "../../db/storable.ts";

/** A time in milliseconds since 1970 as PostgreSQL reads it, with its microseconds. */
export function timeText(milliseconds: number): string {
  const microseconds = Math.round(milliseconds * 1000);
  const whole = new Date(Math.floor(microseconds / 1000)).toISOString();
  return `${whole.slice(0, -1)}${String(microseconds % 1000).padStart(3, "0")}Z`;
}

/** A value as `jsonb` can hold it; undefined for null. */
export function jsonText(value: object | null): string | undefined {
  if (value === null) return undefined;
  const text = JSON.stringify(value);
  // Few hold what must be taken out, and to look through all of them takes long.
  return /\\u(0000|d[89a-f])/.test(text) ? JSON.stringify(storable(value)) : text;
}
