import fc from "fast-check";
import { expect, test } from "vitest";
import { literal } from "./literal.ts";
import { expand } from "./testing/expand.ts";

const parts = fc.constantFrom("$", "$$", "$(HOME)", "$(", ")", "{HOME}", "HOME", "(", "\n", "é");

test("a container gets a text as it is, whatever looks like a variable in it", () => {
  expect(expand("$(HOME) $$(HOME) $(NO) $", { HOME: "/h" })).toBe("/h $(HOME) $(NO) $");
  fc.assert(
    fc.property(fc.array(fc.oneof(parts, fc.string({ maxLength: 100 }))), (texts) => {
      expect(expand(literal(texts.join("")), { HOME: "changed" })).toBe(texts.join(""));
    }),
    { numRuns: 200 },
  );
});
