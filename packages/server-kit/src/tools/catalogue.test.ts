import { expect, test } from "vitest";
import { defaultOptions, deleteThings, renameThing, tools } from "../testing/tools.ts";
import { catalogue, permissionsOf } from "./catalogue.ts";
import { projectScope } from "./project-scope.ts";

const offered = (options: Partial<typeof defaultOptions> = {}) => {
  const all = { ...defaultOptions, ...options };
  return catalogue(tools, all, projectScope(undefined, all));
};
const names = (options: Partial<typeof defaultOptions>) => [...offered(options).keys()];

test("tools are offered in their order, with all four annotations", () => {
  const annotations = [...offered().values()].map(({ definition }) => [definition.name, definition.annotations]);
  expect(annotations).toEqual([
    ["get_thing", { readOnlyHint: true, destructiveHint: false, idempotentHint: true, openWorldHint: false }],
    ["rename_thing", { readOnlyHint: false, destructiveHint: false, idempotentHint: true, openWorldHint: false }],
    ["delete_things", { readOnlyHint: false, destructiveHint: true, idempotentHint: false, openWorldHint: false }],
  ]);
});

test("read-only leaves the reads, whatever else is allowed", () => {
  expect(names({ readOnly: true })).toEqual(["get_thing"]);
  expect(names({ readOnly: true, allow: new Set(["rename_thing", "delete_things"]) })).toEqual([]);
});

test("deny wins over allow", () => {
  expect(names({ allow: new Set(["get_thing", "rename_thing"]) })).toEqual(["get_thing", "rename_thing"]);
  expect(names({ allow: new Set(["get_thing", "rename_thing"]), deny: new Set(["get_thing"]) })).toEqual([
    "rename_thing",
  ]);
});

test("the schema of results goes out only where results are structured", () => {
  expect(offered().get("get_thing")?.definition).not.toHaveProperty("outputSchema");
  expect(offered({ output: "structured" }).get("get_thing")?.definition.outputSchema).toMatchObject({
    type: "object",
    properties: { name: { type: "string" } },
  });
});

test("permissions are those of the endpoints a tool uses", () => {
  expect(permissionsOf(renameThing)).toEqual(["project:write"]);
  expect(permissionsOf(deleteThings)).toEqual(["project:write", "project:delete"]);
});
