import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import { ArgumentError } from "./argument-error.ts";
import { argumentCheck } from "./check-arguments.ts";

const check = argumentCheck({
  name: z.string(),
  limit: z.int().min(1).max(50).default(30),
  ratio: z.number().optional(),
  deep: z.boolean().default(false),
  labels: z.array(z.string()).optional(),
  numbers: z.array(z.int()).optional(),
  status: z.enum(["open", "closed"]).optional(),
  due: z.string().nullable().optional(),
  id: z.uuid().optional(),
});
const refusal = (args: unknown) => {
  try {
    return check(args);
  } catch (error) {
    if (error instanceof ArgumentError) return error.message;
    throw error;
  }
};

test("defaults are filled in", () => {
  expect(check({ name: "x" })).toEqual({ name: "x", limit: 30, deep: false });
});

describe("what is wrong is said, with what would be right", () => {
  test.each([
    [
      { nme: "x" },
      'unknown argument "nme"; valid arguments: name, limit, ratio, deep, labels, numbers, status, due, id',
    ],
    [{}, "name is required"],
    [undefined, "name is required"],
    [{ name: 5 }, "name: Invalid input: expected string, received number"],
    [{ name: "x", limit: 0 }, "limit: Too small: expected number to be >=1"],
    [{ name: "x", limit: "1e1" }, "limit: Invalid input: expected number, received string"],
    [{ name: "x", limit: "007" }, "limit: Invalid input: expected number, received string"],
    [{ name: "x", status: "done" }, 'status: Invalid option: expected one of "open"|"closed"'],
    [{ name: "x", labels: [1] }, "labels.0: Invalid input: expected string, received number"],
    [{ name: "x", id: "7" }, "id: Invalid UUID"],
    [[], "arguments must be an object"],
    ["name", "arguments must be an object"],
    [null, "arguments must be an object"],
    [
      { name: "x", numbers: ["a", "b", "c", "d", "e", "f", "g"] },
      expect.stringMatching(/^numbers\.0: .*numbers\.4: [^;]*; and 2 more$/),
    ],
  ])("%j", (args, message) => {
    expect(refusal(args)).toEqual(message);
  });

  test("a tool without arguments says so", () => {
    expect(() => argumentCheck({})({ a: 1 })).toThrow('unknown argument "a"; this tool takes none');
  });
});

describe("what can be read in one way only is read so", () => {
  test.each([
    [{ limit: "12" }, { limit: 12 }],
    [{ ratio: "-0.5" }, { ratio: -0.5 }],
    [{ deep: "true" }, { deep: true }],
    [{ labels: "bug" }, { labels: ["bug"] }],
    [{ labels: '["bug","ui"]' }, { labels: ["bug", "ui"] }],
    [{ labels: "[draft" }, { labels: ["[draft"] }],
    [{ numbers: "[1,2]" }, { numbers: [1, 2] }],
    [{ status: null, labels: null }, {}],
    [{ due: null }, { due: null }],
    [{ due: "12" }, { due: "12" }],
  ])("%j", (args, read) => {
    expect(check({ name: "x", ...args })).toMatchObject({ name: "x", ...read });
  });
});

test.each(["__proto__", "constructor", "hasOwnProperty", "toString"])(
  "%s is an unknown argument like any other",
  (name) => {
    const args: unknown = JSON.parse(`{"name":"x",${JSON.stringify(name)}:{"polluted":true}}`);
    expect(refusal(args)).toMatch(`unknown argument "${name}"`);
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  },
);

test("many unknown names do not make a long answer", () => {
  const args = Object.fromEntries(Array.from({ length: 1000 }, (_, at) => [`${at}${"x".repeat(1000)}`, 1]));
  expect(String(refusal(args)).length).toBeLessThan(600);
});

test("whatever the arguments, they are taken or refused", () => {
  const names = fc.constantFrom(
    "name",
    "limit",
    "ratio",
    "deep",
    "labels",
    "numbers",
    "status",
    "due",
    "id",
    "__proto__",
    "x",
  );
  const args = fc.oneof(fc.jsonValue(), fc.dictionary(names, fc.jsonValue({ maxDepth: 4 })), fc.anything());
  fc.assert(
    fc.property(args, (given) => {
      expect(["string", "object"]).toContain(typeof refusal(given));
    }),
    { numRuns: 500 },
  );
});
