import fc from "fast-check";
import { expect, test } from "vitest";
import { grepMatches } from "./grep-matches.ts";
import { chunksOf, collect } from "./testing/streams.ts";

test("names with line breaks and lines with NUL come whole, however the bytes are cut", async () => {
  const name = fc.string({ unit: fc.constantFrom("a", "/", ":", "\n", "é", "7") });
  const line = fc.string({ unit: fc.constantFrom("x", "\0", ":", "日", "\r", "1") });
  const match = fc.record({ name, lineNumber: fc.nat(), line });
  await fc.assert(
    fc.asyncProperty(fc.array(match), fc.integer({ min: 1, max: 7 }), async (matches, size) => {
      const bytes = Buffer.from(matches.map((each) => `${each.name}\0${each.lineNumber}\0${each.line}\n`).join(""));
      expect(await collect(grepMatches(chunksOf(bytes, size), 1000))).toEqual(matches);
    }),
  );
});

test("no more of a line is held than asked for", async () => {
  const bytes = Buffer.from(`a\0${1}\0${"x".repeat(100)}\nb\0${2}\0y\n`);
  expect(await collect(grepMatches(chunksOf(bytes, 8), 10))).toEqual([
    { name: "a", lineNumber: 1, line: "x".repeat(10) },
    { name: "b", lineNumber: 2, line: "y" },
  ]);
});
