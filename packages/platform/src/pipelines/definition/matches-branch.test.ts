import { expect, test } from "vitest";
import { matchesBranch } from "./matches-branch.ts";

test.each([
  ["main", "main", true],
  ["main", "maintenance", false],
  ["*", "feature/login", true],
  ["release/*", "release/1.0", true],
  ["release/*", "release/", true],
  ["release/*", "releases/1.0", false],
  ["*-stable", "v2-stable", true],
  ["a*a", "a", false],
  ["feature/*/ui", "feature/a/b/ui", true],
  ["*/*", "a/b", false],
])("%s and %s: %s", (pattern, branch, matches) => {
  expect(matchesBranch([pattern], branch)).toBe(matches);
});

test("one pattern of several is enough, and none names no branch", () => {
  expect([matchesBranch(["x", "main"], "main"), matchesBranch([], "main")]).toEqual([true, false]);
});
