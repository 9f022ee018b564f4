import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { argumentCheck } from "./check-arguments.ts";
import { leanSchema } from "./lean-schema.ts";
import { pointInTime, readPointInTime } from "./point-in-time.ts";

const now = Date.UTC(2026, 10, 23, 7, 15, 30, 250);

describe("readPointInTime", () => {
  test.each([
    ["now", "2026-11-23T07:15:30.250Z"],
    ["-15m", "2026-11-23T07:00:30.250Z"],
    ["-90s", "2026-11-23T07:14:00.250Z"],
    ["-2h", "2026-11-23T05:15:30.250Z"],
    ["-1d", "2026-11-22T07:15:30.250Z"],
    ["-1w", "2026-11-16T07:15:30.250Z"],
    ["+8h", "2026-11-23T15:15:30.250Z"],
    [" -1D ", "2026-11-22T07:15:30.250Z"],
  ])("reads %j from now", (text, time) => {
    expect(readPointInTime(text, now)).toBe(time);
  });

  test.each([
    ["2026-11-23T07:15:00Z", "2026-11-23T07:15:00Z"],
    // Milliseconds would not find a log of a microsecond again.
    ["2026-11-23T07:15:00.123456Z", "2026-11-23T07:15:00.123456Z"],
    ["2026-11-23T08:15:00+01:00", "2026-11-23T08:15:00+01:00"],
    ["2026-11-23 07:15:00z", "2026-11-23T07:15:00Z"],
  ])("keeps %j as precise as it is", (text, time) => {
    expect(readPointInTime(text, now)).toBe(time);
  });

  test.each([
    "",
    "15m",
    "-15",
    "-m",
    "-1.5h",
    "-1y",
    "yesterday",
    "2026-11-23",
    "2026-11-23T07:15:00",
    "2026-02-30T00:00:00Z",
    "-999999999w",
    "+999999999d",
    "--1m",
  ])("does not guess what %j means", (text) => {
    expect(readPointInTime(text, now)).toBeUndefined();
  });

  test("whatever it is given, it gives a time or nothing", () => {
    const written = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.stringMatching(/^[+-]?\d{0,12}[smhdwy]?$/),
      fc.stringMatching(/^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/),
    );
    fc.assert(
      fc.property(written, (text) => {
        const time = readPointInTime(text, now);
        if (time !== undefined) expect(new Date(time).toISOString()).toMatch(/^\d{4}-/);
      }),
      { numRuns: 50 },
    );
  });
});

describe("as an argument", () => {
  const input = { from: pointInTime.optional().describe("Such as -15m") };

  test("is a plain string to a host", () => {
    expect(leanSchema(input).properties).toEqual({ from: { type: "string", description: "Such as -15m" } });
  });

  test("reaches the tool in RFC 3339, and is optional", () => {
    const check = argumentCheck(input);
    const { from } = check({ from: "-15m" });
    const ago = Date.now() - Date.parse(z.string().parse(from));
    expect(ago).toBeGreaterThanOrEqual(900_000);
    expect(ago).toBeLessThan(960_000);
    expect(check({})).toEqual({});
  });

  test("is refused with what it may be", () => {
    expect(() => argumentCheck(input)({ from: "yesterday" })).toThrow(
      "from: must be a time with its offset, such as 2026-11-23T07:15:00Z, or relative to now, such as -15m",
    );
  });
});
