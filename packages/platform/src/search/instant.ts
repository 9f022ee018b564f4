/**
 * A moment in whole microseconds since 1970, which is what PostgreSQL keeps; exact as a number for the next two
 * centuries.
 */
export type Instant = number;

/** What is later is taken as this, and what is before 1970 as that: PostgreSQL does not have every year of RFC 3339. */
export const lastInstant: Instant = Date.UTC(2200, 0) * 1000;

/** Reads an RFC 3339 time, whose digits beyond microseconds do not count. */
export function instantOf(text: string): Instant {
  const digits = /\.(\d+)/.exec(text)?.[1] ?? "";
  const withinMillisecond = Number(digits.slice(3, 6).padEnd(3, "0"));
  const instant = Date.parse(text) * 1000 + withinMillisecond;
  return Math.min(Math.max(instant, 0), lastInstant);
}

/** RFC 3339 in UTC, to the microsecond. */
export function instantText(instant: Instant): string {
  const milliseconds = Math.floor(instant / 1000);
  const withinMillisecond = String(instant - milliseconds * 1000).padStart(3, "0");
  return new Date(milliseconds).toISOString().replace("Z", withinMillisecond === "000" ? "Z" : `${withinMillisecond}Z`);
}

export function now(): Instant {
  return Date.now() * 1000;
}
