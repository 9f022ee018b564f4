import * as fc from "fast-check";
import { expect, test } from "vitest";
import { spanId, spanOf } from "../testing/stand-in-platform.ts";
import { criticalPath } from "./critical-path.ts";
import { preorder, spanForest } from "./span-forest.ts";

type Times = readonly [from: number, to: number];

/** What each span adds to the critical path, of a root and what is below it. */
function pathOf(root: Times, ...children: readonly Times[]): Record<string, number> {
  const spans = [spanOf(0, root), ...children.map((times, at) => spanOf(at + 1, times, { parent_span_id: spanId(0) }))];
  const path = criticalPath(spanForest(spans));
  return Object.fromEntries([...path].map(([{ name }, own]) => [name, own]));
}

test.each<[string, Record<string, number>, Times, ...Times[]]>([
  ["a span alone is all of it", { "span 0": 100 }, [0, 100]],
  [
    "one after the other, each adds its time",
    { "span 0": 20, "span 1": 30, "span 2": 50 },
    [0, 100],
    [10, 40],
    [45, 95],
  ],
  [
    "of those at the same time, the last to end was waited for",
    { "span 0": 20, "span 2": 80 },
    [0, 100],
    [10, 60],
    [10, 90],
  ],
  [
    "what began before that one did adds what was before",
    { "span 0": 10, "span 1": 40, "span 2": 50 },
    [0, 100],
    [10, 80],
    [50, 100],
  ],
  ["what goes on after its parent has ended was not waited for", { "span 0": 50, "span 1": 50 }, [0, 100], [50, 500]],
  ["what took no time adds nothing", { "span 0": 100 }, [0, 100], [50, 50]],
])("%s", (_, own, root, ...children) => {
  expect(pathOf(root, ...children)).toEqual(own);
});

test("it adds up to the time of its root, whatever is below", () => {
  const span = fc.record({ from: fc.nat({ max: 200 }), takes: fc.nat({ max: 200 }), on: fc.nat() });
  fc.assert(
    fc.property(fc.array(span, { minLength: 1, maxLength: 30 }), (spans) => {
      const forest = spanForest(
        spans.map(({ from, takes, on }, at) =>
          spanOf(at, [from, from + takes], { parent_span_id: at === 0 ? null : spanId(on % at) }),
        ),
      );
      const [root] = forest;
      const path = criticalPath(forest);
      for (const own of path.values()) expect(own).toBeGreaterThan(-1e-6);
      const total = preorder(forest).reduce((sum, node) => sum + (path.get(node) ?? 0), 0);
      expect(total).toBeCloseTo(root === undefined ? 0 : root.end - root.start);
    }),
    { numRuns: 50 },
  );
});
