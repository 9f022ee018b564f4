import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { realTokens } from "../testing/real-tokens.ts";
import { renderData, renderText } from "../testing/render-text.ts";
import { type TreeOptions, tree } from "./tree.ts";
import type { TreeNode } from "./tree-places.ts";

const node = (name: string, rank: number, children: readonly TreeNode[] = [], more: Partial<TreeNode> = {}) => ({
  line: name,
  fields: { name },
  rank,
  children,
  ...more,
});

const things = (roots: readonly TreeNode[], options: Partial<TreeOptions> = {}) =>
  tree({
    of: "things",
    roots,
    most: 100,
    header: (shown) => `things ${shown}:`,
    rest: (shown) => `${shown} are shown.`,
    ...options,
  });

const roots = [
  node("house", 0, [
    node("kitchen", 5, [node("oven", 1), node("sink", 6)]),
    node("hall", 4, [], { size: 3, hidden: 2, line: "3x hall" }),
  ]),
  node("garden", 7, [node("tree", 8)]),
];

describe("a tree", () => {
  test("is rows below rows, with what is not among them counted", () => {
    expect(renderText(things(roots))).toMatchInlineSnapshot(`
      "things 9:
      house
        kitchen
          oven
          sink
        3x hall (+2)
      garden
        tree
      9 are shown."
    `);
  });

  test("without room for all shows what ranks first, below what it belongs to", () => {
    expect(renderText(things(roots, { most: 3 }))).toMatchInlineSnapshot(`
      "things 3:
      house (+5)
        kitchen (+1)
          oven
      3 are shown."
    `);
    expect(renderData(things(roots, { most: 3 }))).toEqual({
      things: [
        { depth: 0, name: "house", hidden_below: 5 },
        { depth: 1, name: "kitchen", hidden_below: 1 },
        { depth: 2, name: "oven", hidden_below: 0 },
      ],
      left_out: ["3 are shown."],
    });
  });

  test("leaves out the middle of a chain that is too deep", () => {
    let chain = node("end", 1);
    for (let level = 0; level < 20_000; level++) chain = node(`level`, 9, [chain]);
    const text = renderText(things([node("top", 0, [chain])], { most: 10 }));
    expect(text.split("\n").slice(0, 4)).toEqual(["things 10:", "top (+19992)", "  …19992 level", "    level"]);
    expect(text).toContain("end");
  });

  test("of which all is shown says so by saying nothing", () => {
    expect(renderText(things([node("house", 0)]))).toBe("things 1:\nhouse");
  });
});

interface Grown extends TreeNode {
  readonly children: TreeNode[];
}

/** Trees of any form: each node grows on one of those before it, or is a root. */
const anyTrees = fc
  .array(
    fc.record({
      on: fc.nat(),
      line: fc.stringMatching(/^[a-z ]{1,80}$/),
      rank: fc.integer({ min: 0, max: 9 }),
      size: fc.integer({ min: 1, max: 9 }),
      hidden: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 120 },
  )
  .map((records) => {
    const top: Grown[] = [];
    const all: Grown[] = [];
    for (const { on, ...record } of records) {
      const grown: Grown = { ...record, fields: {}, children: [] };
      (all[(on % (all.length + 1)) - 1]?.children ?? top).push(grown);
      all.push(grown);
    }
    return { top, total: all.reduce((sum, { size = 1, hidden = 0 }) => sum + size + hidden, 0) };
  });

test("any tree stays within its budget, and every thing is a row or counted", () => {
  fc.assert(
    fc.property(anyTrees, fc.integer({ min: 1, max: 150 }), ({ top, total }, most) => {
      const text = renderText(things(top, { most }), 1000);
      expect(realTokens(text)).toBeLessThanOrEqual(1000);
      const shown = Number(/^things (\d+):/.exec(text)?.[1]);
      const below = [...text.matchAll(/ \(\+(\d+)\)$/gm)].reduce((sum, [, count]) => sum + Number(count), 0);
      expect(shown + below).toBeLessThanOrEqual(total);
      expect(text.includes("are shown.")).toBe(shown < total);
    }),
    { numRuns: 50 },
  );
});
