import fc from "fast-check";
import { expect, test } from "vitest";
import { projects } from "../contract/index.ts";
import { InvalidPathValueError } from "../errors/invalid-path-value-error.ts";
import { failureOf, testClient } from "../testing/client.ts";
import { sendJson, startHttpServer } from "../testing/http-server.ts";
import { expandPath } from "./expand-path.ts";

const template = "/api/projects/{project_id}/issues/{number}";

function expand(values: Record<string, unknown>): string {
  return expandPath("GET", template, new Map(Object.entries(values)));
}

test("values are percent-encoded, whole numbers are taken", () => {
  expect(expand({ project_id: "a/b ?#%2e ü", number: 7 })).toBe("/api/projects/a%2Fb%20%3F%23%252e%20%C3%BC/issues/7");
});

test.each([
  ["", "must not be empty"],
  [".", 'must not be "."'],
  ["..", 'must not be ".."'],
  [undefined, "is missing"],
  [null, "is missing"],
  [1.5, "must be a string or a whole number"],
  [["a"], "must be a string or a whole number"],
  [{ toString: () => "a" }, "must be a string or a whole number"],
  ["\ud800", "holds half of a surrogate pair"],
])("%j is refused", (value, reason) => {
  expect(() => expand({ project_id: value, number: 1 })).toThrow(
    new InvalidPathValueError("GET", template, "project_id", reason),
  );
});

test("a refused value is not sent", async () => {
  await using server = await startHttpServer((response) => sendJson(response, 200, {}));
  await using client = testClient(server.url);
  expect(await failureOf(client.call(projects.getProject, { project_id: ".." }))).toMatchObject({
    name: "InvalidPathValueError",
    outcome: "not_sent",
    message: 'GET /api/projects/{project_id}: project_id must not be "..". Nothing was sent.',
  });
  expect(server.seen).toHaveLength(0);
});

test("whatever a value holds, it stays one segment, also for a URL parser on the way", () => {
  const value = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom(".", "..", "%2e%2e", "/..", "..\\", "a\r\nb"));
  fc.assert(
    fc.property(value, (text) => {
      let path: string;
      try {
        path = expand({ project_id: text, number: 1 });
      } catch (error) {
        return error instanceof InvalidPathValueError;
      }
      const { pathname, search, hash } = new URL(path, "http://host");
      const segment = pathname.split("/")[3] ?? "";
      return (
        pathname === path &&
        search === "" &&
        hash === "" &&
        pathname.split("/").length === 6 &&
        decodeURIComponent(segment) === text
      );
    }),
    { numRuns: 100 },
  );
});
