import { expect, test } from "vitest";
import { time } from "./time.ts";

test("times lose their fractions and nothing else", () => {
  expect(time("2026-02-23T07:15:41.123456Z")).toBe("2026-02-23T07:15:41Z");
  expect(time("2026-02-23T07:15:41Z")).toBe("2026-02-23T07:15:41Z");
  expect(time("2026-02-23T07:15:41.5+02:00")).toBe("2026-02-23T07:15:41+02:00");
  expect(time("yesterday")).toBe("yesterday");
  expect([time(null), time(undefined)]).toEqual([null, null]);
});
