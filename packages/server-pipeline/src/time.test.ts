import { expect, test } from "vitest";
import { between, duration } from "./time.ts";

test("durations are as long as they need to be", () => {
  expect([0, 850, 4210, 59_960, 60_000, 187_000, 7_500_000].map(duration)).toEqual([
    "0ms",
    "850ms",
    "4.2s",
    "1m00s",
    "1m00s",
    "3m07s",
    "2h05m",
  ]);
  expect([duration(null), duration(undefined), duration(Number.NaN), duration(-1)]).toEqual([null, null, null, null]);
});

test("what lies between two times is known when both are", () => {
  expect(between("2026-02-23T07:15:41Z", "2026-02-23T07:15:42.500Z")).toBe(1500);
  expect([between(null, "2026-02-23T07:15:41Z"), between("x", "y"), between(undefined, undefined)]).toEqual([
    null,
    null,
    null,
  ]);
});
