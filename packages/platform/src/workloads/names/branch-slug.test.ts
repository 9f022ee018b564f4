import { expect, test } from "vitest";
import { branchSlug } from "./branch-slug.ts";

test.each([
  ["feature/add-login", "feature-add-login"],
  ["feature/CAPS_and.dots#hash", "feature-caps-and-dots-hash"],
  ["a//b..c__d", "a-b-c-d"],
  ["/leading/", "leading"],
  ["---", "preview"],
  ["", "preview"],
  ["!!!@@@", "preview"],
  ["release/v1.2.3", "release-v1-2-3"],
  ["my feature branch", "my-feature-branch"],
  [`${"a".repeat(62)}/-rest`, "a".repeat(62)],
  ["a".repeat(100), "a".repeat(63)],
  ["m\u0430in/𝄞é", "m-in"],
  ["\u212A1", "1"],
])("the slug of %j is %j", (branch, slug) => {
  expect(branchSlug(branch)).toBe(slug);
});
