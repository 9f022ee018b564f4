import fc from "fast-check";
import { expect, test } from "vitest";
import * as z from "zod";
import { definitionJsonSchema, knownKeys } from "./json-schema.ts";
import { definitions, fileOf } from "./testing/definitions.ts";

const schema = z.fromJSONSchema(definitionJsonSchema);

test("an editor accepts what the platform does", () => {
  fc.assert(
    fc.property(definitions, (definition) => {
      expect(schema.safeParse(fileOf(definition)).error).toBeUndefined();
    }),
    { numRuns: 30 },
  );
});

test.each<[string, unknown]>([
  ["no pipeline", {}],
  ["a step without an image", { pipeline: { steps: [{ name: "a" }] } }],
  ["an unknown key, which the platform ignores", { pipeline: { steps: [{ name: "a", image: "b", colour: "red" }] } }],
  ["an unknown action", { pipeline: { steps: [{ name: "a", image: "b" }], on: { mr: { actions: ["closed"] } } } }],
])("an editor points out %s", (_, file) => {
  expect(schema.safeParse(file).success).toBe(false);
});

test("numbers and booleans as variables, and keys for one's own use, are no mistakes", () => {
  const step = { name: "a", image: "b", environment: { A: 1, B: true }, "x-mine": [1] };
  expect(schema.safeParse({ "x-shared": {}, pipeline: { steps: [step] } }).error).toBeUndefined();
});

test("the keys that can stand in a place are known", () => {
  expect(knownKeys([])).toEqual(["pipeline"]);
  expect(knownKeys(["pipeline", "on"])).toEqual(["push", "mr"]);
  expect(knownKeys(["pipeline", "steps", 3, "when"])).toEqual(["status", "branches", "triggers"]);
  expect(knownKeys(["pipeline", "steps", 3, "environment"])).toEqual([]);
  expect(knownKeys(["nothing", 1])).toEqual([]);
});
