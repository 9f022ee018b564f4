import { expect, test } from "vitest";
import { shownProblems } from "./problems.ts";

test("problems are told as they are", () => {
  expect(shownProblems(["one", "two"])).toEqual(["one", "two"]);
});

test("long ones and many of them are cut, and the cut is visible", () => {
  const shown = shownProblems(Array.from({ length: 100 }, () => "x".repeat(100_000)));
  expect(shown).toHaveLength(21);
  expect(shown[0]).toMatch(/^x{1000}…$/);
  expect(shown.at(-1)).toBe("and 80 more");
});
