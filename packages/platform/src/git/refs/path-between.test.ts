import fc from "fast-check";
import { expect, test } from "vitest";
import { pathBetween } from "./path-between.ts";

const sha = fc.option(fc.constantFrom("a", "b", "c", "d", "e"));
const changes = fc.array(fc.record({ oldSha: sha, newSha: sha }), { maxLength: 12 });

test("what is found leads from the one to the other, step by step", () => {
  fc.assert(
    fc.property(sha, sha, changes, (from, to, announced) => {
      const path = pathBetween(from, to, announced);
      let at = from;
      for (const change of path ?? []) {
        expect(change.oldSha).toBe(at);
        expect(announced).toContain(change);
        at = change.newSha;
      }
      if (path !== undefined) expect(at).toBe(to);
    }),
  );
});

test("pushes one after the other are found among those that did not land", () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer().map(String), { minLength: 2, maxLength: 8 }), changes, (steps, others) => {
      const landed = steps.slice(1).map((newSha, index) => ({ oldSha: steps[index] ?? null, newSha }));
      expect(pathBetween(steps[0] ?? null, steps.at(-1) ?? null, [...others, ...landed])).toEqual(landed);
    }),
  );
});

test("nothing is needed where nothing changed, and nothing is made up", () => {
  expect(pathBetween("a", "a", [{ oldSha: "a", newSha: "b" }])).toEqual([]);
  expect(pathBetween("a", "c", [{ oldSha: "b", newSha: "c" }])).toBeUndefined();
  expect(
    pathBetween(null, "b", [
      { oldSha: null, newSha: "a" },
      { oldSha: "a", newSha: "b" },
    ]),
  ).toHaveLength(2);
});
