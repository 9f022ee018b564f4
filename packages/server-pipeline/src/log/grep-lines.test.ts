import { stripVTControlCharacters } from "node:util";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { GrepLines } from "./grep-lines.ts";
import { lineMatcher } from "./line-matcher.ts";

function grep(lines: readonly string[], pattern: string, context: number) {
  const found = new GrepLines(lineMatcher(pattern), context);
  lines.forEach((line, at) => {
    found.add(at + 1, line);
  });
  return found.finish();
}

test("it finds what matches and what is around it, each line once and in order", () => {
  const lines = fc.array(fc.constantFrom("a needle", "hay", "", "\x1b[1mNEEDLE\x1b[0m", "need\x1b[0mle"), {
    maxLength: 1500,
  });
  fc.assert(
    fc.property(lines, fc.integer({ min: 0, max: 5 }), (given, context) => {
      const isMatch = given.map((line) => /needle/i.test(stripVTControlCharacters(line)));
      const near = (at: number) => isMatch.slice(Math.max(at - context, 0), at + context + 1).includes(true);
      const found = grep(given, "needle", context);
      expect(found.matches).toBe(isMatch.filter(Boolean).length);
      expect(found.searched).toBe(given.length);
      const expected = given.flatMap((_, at) => (near(at) ? [[at + 1, isMatch[at]]] : []));
      expect(found.lines.map((line) => [line.number, line.isMatch])).toEqual(expected.slice(0, found.lines.length));
      if (found.complete) expect(found.lines).toHaveLength(expected.length);
    }),
    { numRuns: 50 },
  );
});

test("matches are counted where there is no room to keep them", () => {
  const found = grep(
    Array.from({ length: 50_000 }, (_, at) => `a needle in line ${at}`),
    "needle",
    2,
  );
  expect(found).toMatchObject({ matches: 50_000, searched: 50_000, complete: false });
  expect(found.lines.length).toBeLessThan(5000);
});

test("a credential in a long line is masked before the line is cut around its match", () => {
  const secret = `plat_api_${"0123456789abcdef".repeat(4)}`;
  for (let before = 440; before < 560; before += 7) {
    const { lines } = grep(
      [`${"-".repeat(3000)}${secret}${"-".repeat(before)}needle${"-".repeat(1360)}${secret}---`],
      "needle",
      0,
    );
    expect(lines[0]?.text).not.toMatch(/plat_api_0|cdef/);
  }
});
