import { hostileText } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { brief } from "./brief.ts";

test("a name is shown whole, and cut where it is long", () => {
  expect(brief("ada")).toBe("ada");
  expect(brief("a b")).toBe('"a b"');
  expect(brief("x".repeat(121), 20)).toMatch(/^"x{14,17}…"$/);
});

test("whatever it is, it takes no more room than it may, on one line", () => {
  fc.assert(
    fc.property(hostileText({ maxLength: 500 }), fc.integer({ min: 10, max: 200 }), (text, characters) => {
      const shown = brief(text, characters);
      expect(shown.length).toBeLessThanOrEqual(characters);
      expect(shown).not.toContain("\n");
    }),
    { numRuns: 100 },
  );
});
