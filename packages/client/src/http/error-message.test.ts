import fc from "fast-check";
import { expect, test } from "vitest";
import { parseErrorBody } from "./error-message.ts";

test.each<[string, string | undefined, string | undefined]>([
  ['{"error":"project"}', "application/json", "project"],
  ['{"message":"no"}', "application/json", "no"],
  ['{"error":{"message":"nested"}}', "application/json", "nested"],
  ['{"error":7,"message":"second"}', "application/json", "second"],
  ['"just text"', "application/json", "just text"],
  ['{"detail":"unknown form"}', "application/json", '{"detail":"unknown form"}'],
  ["[1]", "application/json", "[1]"],
  ["plain words", "text/plain", "plain words"],
  ['{"error":"cut of', "application/json", '{"error":"cut of'],
  ["", undefined, undefined],
  ["  \n", "text/html", undefined],
  ["<html><head><TITLE lang=en> 502 Bad Gateway </TITLE>", "text/html", "502 Bad Gateway"],
  ["<!doctype html><p>no title", undefined, undefined],
])("%s says %j (%s)", (body, type, message) => {
  expect(parseErrorBody(body, type).message).toBe(message);
});

test("fields are taken in the forms that servers use, one odd entry not hiding the others", () => {
  const fields = [{ path: "name", message: "short" }, { field: ["a", 0], message: "bad" }, "alone", 7, null, {}];
  expect(parseErrorBody(JSON.stringify({ fields, permission: ["x"], request_id: "r" }), undefined)).toEqual({
    message: undefined,
    fields: [
      { path: "name", message: "short" },
      { path: "a.0", message: "bad" },
      { path: "", message: "alone" },
    ],
    permission: undefined,
    conflicts: [],
    requestId: "r",
    fromPlatform: false,
  });
});

test("whatever comes, there is an answer of the right form", () => {
  const value = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.json(),
    fc
      .record({ error: fc.jsonValue(), message: fc.jsonValue(), fields: fc.jsonValue() }, { requiredKeys: [] })
      .map((body) => JSON.stringify(body)),
    fc.record({ fields: fc.array(fc.jsonValue()) }).map((body) => JSON.stringify(body)),
  );
  fc.assert(
    fc.property(value, fc.constantFrom("application/json", "text/plain", "text/html", undefined), (body, type) => {
      const { message, fields } = parseErrorBody(body, type);
      expect(["string", "undefined"]).toContain(typeof message);
      for (const field of fields) expect(field).toEqual({ path: expect.any(String), message: expect.any(String) });
    }),
    { numRuns: 100 },
  );
});
