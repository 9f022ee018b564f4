import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import * as fc from "fast-check";
import { decode } from "gpt-tokenizer/encoding/o200k_base";
import { describe, expect, test } from "vitest";
import { units } from "../testing/hostile-text.ts";
import { realTokens } from "../testing/real-tokens.ts";
import { frequent, pairsOf, usual } from "./letter-pairs.ts";
import { estimateTokens } from "./tokens.ts";

const root = new URL("../../../../", import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), "utf8");
const sources = ["result/list-text.ts", "tools/error-text.ts", "serve/serve.ts", "untrusted/user-text.ts"];
const require = createRequire(import.meta.url);
const zod = require.resolve("zod/v4/core");

/** What agents mostly read. */
const ordinary = {
  TypeScript: sources.map((path) => read(`packages/server-kit/src/${path}`)).join("\n"),
  "code of a library": readFileSync(zod.replace(/index\.c?js$/, "schemas.js"), "utf8").slice(0, 60_000),
  prose: readFileSync(new URL("README.md", pathToFileURL(require.resolve("fast-check/package.json"))), "utf8"),
  JSON: read("biome.json") + read("package.json") + read("tsconfig.base.json"),
  YAML: read("pnpm-lock.yaml").slice(0, 60_000),
};

test.each(Object.entries(ordinary))("%s is estimated at no less than it costs, and no more than twice", (_, text) => {
  const ratio = estimateTokens(text) / realTokens(text);
  expect(ratio).toBeGreaterThanOrEqual(1);
  expect(ratio).toBeLessThanOrEqual(2);
});

test("minified code is estimated at no less than it costs, and no more than twice", () => {
  const minified = ordinary["code of a library"]
    .replace(/\/\/.*$/gm, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([^\w]) ?/g, "$1");
  const ratio = estimateTokens(minified) / realTokens(minified);
  expect(ratio).toBeGreaterThanOrEqual(1);
  expect(ratio).toBeLessThanOrEqual(2);
});

describe("text of no meaning is estimated at no less than it costs", () => {
  test.each(Object.entries(units))("%s", (_, unit) => {
    const texts = fc.string({ unit, minLength: 2000, maxLength: 4000, size: "max" });
    fc.assert(
      fc.property(texts, (text) => {
        expect(estimateTokens(text.toWellFormed())).toBeGreaterThanOrEqual(realTokens(text.toWellFormed()) * 0.97);
      }),
      { numRuns: 5 },
    );
  });

  test.each([
    "for",
    "tion",
    "xq",
    "a.b.",
    "} {",
    "=>",
    "\n",
    " \n",
    "\t\n",
    "  ",
    "é",
    "ß",
    "中",
    "👍",
    "0",
    "-",
    "=",
    "#",
  ])("%j again and again", (unit) => {
    const text = unit.repeat(1000);
    expect(estimateTokens(text)).toBeGreaterThanOrEqual(realTokens(text) * 0.97);
  });

  test("words that are none, made of the pairs that words are made of", () => {
    const pairs = pairsOf(frequent);
    const words = fc.array(fc.array(fc.constantFrom(...pairs), { minLength: 1, maxLength: 4 }), {
      minLength: 500,
      maxLength: 1000,
      size: "max",
    });
    fc.assert(
      fc.property(words, (list) => {
        const text = list.map((word) => word.join("")).join(" ");
        expect(estimateTokens(text)).toBeGreaterThanOrEqual(realTokens(text));
      }),
      { numRuns: 5 },
    );
  });
});

test("the table of pairs is what the vocabulary says", () => {
  const counts = new Map<string, number>();
  for (let token = 0; token < 199_998; token++) {
    const word = decode([token]).trim().toLowerCase();
    if (!/^[a-z]{2,}$/.test(word)) continue;
    for (let at = 0; at + 1 < word.length; at++) {
      const pair = word.slice(at, at + 2);
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  }
  const ranked = [...counts].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([pair]) => pair);
  expect(pairsOf(frequent).sort()).toEqual(ranked.slice(0, 100).sort());
  expect(pairsOf(usual).sort()).toEqual(ranked.slice(100, 250).sort());
});
