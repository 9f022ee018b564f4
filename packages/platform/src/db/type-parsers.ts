import pg from "pg";

const { builtins, getTypeParser } = pg.types;

/** An int8 as a number when it is exact as one, otherwise as the digits PostgreSQL sent. */
export function parseInt8(text: string): number | string {
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : text;
}

const TIMESTAMPTZ = /^(\d{4,}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.(\d{1,6}))?([+-])(\d{2})(?::(\d{2}))?(?::(\d{2}))?$/;

/**
 * A timestamptz in PostgreSQL's ISO style as RFC 3339 in UTC, with 0, 3 or 6 fractional digits as needed: a Date would
 * lose the microseconds. What RFC 3339 cannot express (infinity, years before Christ) is passed on as it came.
 */
export function parseTimestamptz(text: string): string {
  const match = TIMESTAMPTZ.exec(text);
  if (match === null) {
    return text;
  }
  const [, date = "", time = "", digits = "", sign = "+", hours = "0", minutes = "0", seconds = "0"] = match;
  const fraction = digits === "" ? "" : `.${digits.padEnd(digits.length <= 3 ? 3 : 6, "0")}`;
  const offset = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  if (offset === 0) {
    return `${date}T${time}${fraction}Z`;
  }
  const utc = Date.parse(`${date}T${time}Z`) - (sign === "-" ? -offset : offset) * 1000;
  return Number.isNaN(utc) ? text : `${new Date(utc).toISOString().slice(0, -".000Z".length)}${fraction}Z`;
}

const PARSERS: ReadonlyMap<number, (text: string) => unknown> = new Map([
  [builtins.INT8, parseInt8],
  [builtins.TIMESTAMPTZ, parseTimestamptz],
  // A date has no time zone; as a Date it would get the machine's.
  [builtins.DATE, (text: string) => text],
]);

/** How rows are read on our own connections (nothing is set for other users of `pg`): ready to go to the wire. */
export const typeParsers: pg.CustomTypesConfig = {
  getTypeParser(id, format) {
    return (format === "binary" ? undefined : PARSERS.get(id)) ?? getTypeParser(id, format);
  },
};
