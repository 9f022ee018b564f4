import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostileText } from "../testing/hostile-text.ts";
import { realTokens } from "../testing/real-tokens.ts";
import { renderData, renderText } from "../testing/render-text.ts";
import { named, user } from "../untrusted/user-text.ts";
import { list } from "./list.ts";
import { note } from "./note.ts";
import type { Part } from "./part.ts";
import { record } from "./record.ts";
import { text } from "./text.ts";

const rest = () => "The rest is left out to keep the answer short: some_tool with from_line=100.";
const body = (content: string) => text({ key: "body", text: content, rest, lineCut: rest });
const rows = (titles: readonly string[], share = 1) =>
  list({
    of: "rows",
    items: titles.map((title, id) => ({ id, title: user(title), name: named(title) })),
    total: titles.length,
    next: rest,
    empty: "Nothing.",
    share,
  });

/** The sizes that matter: one huge line, many lines, many rows. */
const long = hostileText({ minLength: 5_000, maxLength: 60_000 });
const lines = fc.array(hostileText({ maxLength: 400 }), { minLength: 100, maxLength: 300, size: "max" });
const results: Readonly<Record<string, fc.Arbitrary<readonly Part[]>>> = {
  "one line": long.map((line) => [body(line.replaceAll("\n", " "))]),
  lines: lines.map((all) => [record({ path: named(all[0] ?? "") }), body(all.join("\n"))]),
  rows: lines.map((all) => [rows(all)]),
  "a record": fc
    .array(long, { minLength: 1, maxLength: 3 })
    .map((all) => [record({ a: user(all[0] ?? ""), b: named(all[1] ?? ""), c: user(all[2] ?? "") })]),
  "a summary, rows and lines": lines.map((all) => [
    record({ sha: "f".repeat(40), name: named(all[0] ?? "") }),
    rows(all, 0.4),
    body(all.join("\n")),
    note("What to do next."),
  ]),
  "many parts": lines.map((all) => all.map((line) => record({ line: user(line) }))),
};

describe.each([8000, 1000])("a whole result stays within %i tokens", (tokens) => {
  test.each(Object.entries(results))("%s", (_, parts) => {
    fc.assert(
      fc.property(parts, (result) => {
        expect(realTokens(renderText(result, tokens))).toBeLessThanOrEqual(tokens);
        expect(realTokens(JSON.stringify(renderData(result, tokens)))).toBeLessThanOrEqual(tokens);
      }),
      { numRuns: 8 },
    );
  });
});

test("code fills the better half of what it may", () => {
  const code = Array.from(
    { length: 2000 },
    (_, at) => `  const value${at} = await client.call(endpoint, { page: ${at} });`,
  );
  expect(realTokens(renderText([body(code.join("\n"))]))).toBeGreaterThan(4000);
});

test("a result goes out as text or as data, never both", () => {
  expect(renderText([record({ a: 1 }), note("Next.")])).toBe("a: 1\nNext.");
  expect(renderData([record({ a: 1 }), note("Next.")])).toEqual({ a: 1, note: "Next." });
});

test("a result of one part needs no list", () => {
  expect(renderText(note("Done."))).toBe("Done.");
});
