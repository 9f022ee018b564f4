import { describe, expect, test } from "vitest";
import { defaultOptions, deleteThings, getThing, searchThings } from "../testing/tools.ts";
import { ArgumentError } from "./argument-error.ts";
import { catalogue } from "./catalogue.ts";
import { projectScope } from "./project-scope.ts";

const mine = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const other = "0d2c8c8a-7b11-4f0b-9a3e-6f1f64a45d0e";

function scoped(project: string | undefined, crossProject: boolean) {
  const options = { ...defaultOptions, crossProject };
  const scope = projectScope(project, options);
  const tool = catalogue([getThing, deleteThings], options, scope).get("get_thing");
  const call = (args: Record<string, unknown>) => {
    if (tool === undefined) throw new Error("the tool is not offered");
    return scope.resolve(tool.check(args));
  };
  return { scope, schema: tool?.definition.inputSchema, call };
}

describe("bound to a project", () => {
  const { scope, schema, call } = scoped(mine, false);

  test("no tool shows project_id, and none takes it", () => {
    expect(schema).toEqual({ type: "object", properties: { name: { type: "string" } }, required: ["name"] });
    expect(() => call({ name: "x", project_id: other })).toThrow(ArgumentError);
    expect(() => call({ name: "x", project_id: mine })).toThrow(ArgumentError);
  });

  test("calls work on that project", () => {
    expect(call({ name: "x" })).toEqual({ project: mine, rest: { name: "x" } });
    expect(scope.boundProject).toBe(mine);
  });
});

describe.each([false, true])("bound to none (cross-project %s)", (crossProject) => {
  const { scope, schema, call } = scoped(undefined, crossProject);

  test("project_id is required", () => {
    expect(schema).toMatchObject({ properties: { project_id: { format: "uuid" } }, required: ["project_id", "name"] });
    expect(() => call({ name: "x" })).toThrow("project_id is required");
    expect(call({ name: "x", project_id: other })).toEqual({ project: other, rest: { name: "x" } });
    expect(scope.boundProject).toBeUndefined();
  });
});

describe("bound to a project, with the right to name another", () => {
  const { scope, schema, call } = scoped(mine, true);

  test("project_id is optional", () => {
    expect(schema).toMatchObject({ properties: { project_id: { format: "uuid" } }, required: ["name"] });
    expect(call({ name: "x" }).project).toBe(mine);
    expect(call({ name: "x", project_id: other }).project).toBe(other);
    expect(call({ name: "x", project_id: null }).project).toBe(mine);
    expect(scope).toMatchObject({ project: mine, boundProject: undefined });
  });
});

test("a tool of the whole platform never takes a project", () => {
  const scope = projectScope(undefined, defaultOptions);
  expect(scope.inputOf(deleteThings)).toEqual({});
});

describe("a tool of one project or of all", () => {
  const argumentOf = (project: string | undefined, crossProject: boolean) => {
    const options = { ...defaultOptions, crossProject };
    const offered = catalogue([searchThings], options, projectScope(project, options)).get("search_things");
    return { schema: offered?.definition.inputSchema, check: offered?.check };
  };

  test("may be told to work on all where a call may leave the project", () => {
    const project_id = { type: "string", description: "Project, or all" };
    expect(argumentOf(mine, false).schema).toEqual({ type: "object", properties: {} });
    expect(argumentOf(mine, true).schema).toEqual({ type: "object", properties: { project_id } });
    const required = ["project_id"];
    expect(argumentOf(undefined, false).schema).toEqual({ type: "object", properties: { project_id }, required });
  });

  test("takes no other word for a project", () => {
    const { check } = argumentOf(mine, true);
    expect(check?.({ project_id: "all" })).toEqual({ project_id: "all" });
    expect(check?.({ project_id: other })).toEqual({ project_id: other });
    expect(() => check?.({ project_id: "every" })).toThrow("project_id: must be a project's id, or all");
  });
});
