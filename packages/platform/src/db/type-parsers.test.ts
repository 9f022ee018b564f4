import fc from "fast-check";
import { expect, test } from "vitest";
import { parseInt8, parseTimestamptz } from "./type-parsers.ts";

test("an int8 is a number when that is exact, and its digits otherwise", () => {
  expect(parseInt8("9007199254740991")).toBe(9007199254740991);
  expect(parseInt8("-9007199254740993")).toBe("-9007199254740993");
});

test.each([
  ["2026-02-23 07:15:41.123456+00", "2026-02-23T07:15:41.123456Z"],
  ["2026-02-23 07:15:41+00", "2026-02-23T07:15:41Z"],
  ["2026-02-23 07:15:41.12+00", "2026-02-23T07:15:41.120Z"],
  ["2026-02-23 07:15:41.1234+00", "2026-02-23T07:15:41.123400Z"],
  ["2026-02-23 00:15:41.5+01", "2026-02-22T23:15:41.500Z"],
  ["2026-02-23 07:15:41-03:30", "2026-02-23T10:45:41Z"],
  ["1890-01-01 00:00:00+00:53:28", "1889-12-31T23:06:32Z"],
  ["infinity", "infinity"],
  ["0044-03-15 12:00:00+00 BC", "0044-03-15 12:00:00+00 BC"],
])("the timestamptz %s is %s", (text, expected) => {
  expect(parseTimestamptz(text)).toBe(expected);
});

test("a timestamptz keeps its instant in whatever zone it comes", () => {
  const moments = fc.date({ min: new Date("1900-01-01"), max: new Date("9998-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(moments, fc.integer({ min: -14 * 60, max: 14 * 60 }), (moment, minutes) => {
      const local = new Date(moment.getTime() + minutes * 60_000).toISOString();
      const size = Math.abs(minutes);
      const zone = [Math.floor(size / 60), size % 60].map((part) => String(part).padStart(2, "0")).join(":");
      const text = `${local.slice(0, 10)} ${local.slice(11, -1)}${minutes < 0 ? "-" : "+"}${zone}`;
      expect(new Date(parseTimestamptz(text))).toEqual(moment);
    }),
  );
});
