import * as z from "zod";

const milliseconds = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;

const distance = /^([+-])(\d{1,9})([smhdw])$/;

const absolute = z.iso.datetime({ offset: true });

/** The latest time that can be written, in milliseconds since 1970: the end of the year 9999. */
const last = 253_402_300_799_999;

/**
 * A time as agents write it: RFC 3339 with an offset, `now`, or a distance from now such as `-15m` or `+8h` (s, m, h,
 * d, w). Gives it in RFC 3339, as precisely as it was written; undefined when it is none of these.
 * @param now milliseconds since 1970
 */
export function readPointInTime(text: string, now: number): string | undefined {
  const written = text.trim();
  if (/^now$/i.test(written)) return new Date(now).toISOString();
  const [, sign, count, unit] = distance.exec(written.toLowerCase()) ?? [];
  if (count !== undefined && (unit === "s" || unit === "m" || unit === "h" || unit === "d" || unit === "w")) {
    const time = now + (sign === "-" ? -1 : 1) * Number(count) * milliseconds[unit];
    return time < 0 || time > last ? undefined : new Date(time).toISOString();
  }
  // RFC 3339 allows small letters, and a space between date and time.
  const upper = written.toUpperCase().replace(" ", "T");
  return absolute.safeParse(upper).success ? upper : undefined;
}

/** An argument that is a point in time; tools get it in RFC 3339. */
export const pointInTime = z
  .string()
  .max(100)
  .transform((text, context) => {
    const time = readPointInTime(text, Date.now());
    if (time !== undefined) return time;
    const message = "must be a time with its offset, such as 2026-11-23T07:15:00Z, or relative to now, such as -15m";
    context.addIssue({ code: "custom", message });
    return z.NEVER;
  });
