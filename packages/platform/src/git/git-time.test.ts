import { expect, test } from "vitest";
import { gitTime } from "./git-time.ts";

test("a time is ISO 8601 with the offset it was written with", () => {
  expect(gitTime("1700000000 +0100")).toBe("2023-11-14T23:13:20+01:00");
  expect(gitTime("1700000000 -0330")).toBe("2023-11-14T18:43:20-03:30");
  expect(gitTime("0 +0000")).toBe("1970-01-01T00:00:00+00:00");
});

test("a time before 1970 by its offset, one that no calendar shows, and none", () => {
  expect(gitTime("0 -0800")).toBe("1969-12-31T16:00:00-08:00");
  expect(gitTime("18446744073709551615 +0000")).toBe("1970-01-01T00:00:00+00:00");
  expect(gitTime("")).toBe("");
});
