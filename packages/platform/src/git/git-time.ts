/** Years have four digits up to here. */
const latest = Date.UTC(9999, 11, 31) / 1000;

/**
 * Git's raw time (`1700000000 +0100`) as ISO 8601 with its offset. Git itself dies of times that its offset brings before
 * 1970, which real histories hold, and writes UTC as `Z` or `+00:00` by its version. A time that no calendar shows is the epoch,
 * as with git; what is no time at all is "".
 */
export function gitTime(raw: string): string {
  const match = /^(-?\d+) ([+-])(\d\d)(\d\d)$/.exec(raw);
  if (!match) return "";
  const [, seconds = "", sign = "", hours = "", minutes = ""] = match;
  const offset = (Number(hours) * 60 + Number(minutes)) * 60 * (sign === "-" ? -1 : 1);
  const local = Number(seconds) + offset;
  if (Math.abs(local) > latest) return "1970-01-01T00:00:00+00:00";
  return `${new Date(local * 1000).toISOString().slice(0, 19)}${sign}${hours}:${minutes}`;
}
