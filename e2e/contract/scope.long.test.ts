import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { type Contract, call, openContract } from "./lib/contract.ts";

let contract: Contract;
beforeAll(async () => {
  contract = await openContract();
});
afterAll(async () => {
  await contract?.[Symbol.asyncDispose]();
});

/** Which tools show `project_id`, and which of those require it. */
async function projectArguments(server: StdioServer) {
  const { result } = await server.request("tools/list");
  const tools = Array.isArray(result?.tools) ? result.tools : [];
  const shown = tools.filter(({ inputSchema }) => Object.hasOwn(inputSchema.properties, "project_id"));
  const required = shown.filter(({ inputSchema }) => inputSchema.required?.includes("project_id"));
  return { tools: tools.length, shown: shown.length, required: required.length };
}

describe("bound to a project", () => {
  test("no tool shows project_id and none can leave the project", async () => {
    await using server = await contract.start();
    expect(await projectArguments(server)).toMatchObject({ shown: 0, required: 0 });
    for (const argument of ["project_id", "project", "PROJECT_ID"]) {
      const { text, isError } = await call(server, "get_project", { [argument]: contract.other.id });
      expect(isError).toBe(true);
      expect(text).toBe(`get_project was not called: unknown argument "${argument}"; this tool takes none.`);
    }
    expect((await call(server, "get_project")).text).toContain(`id: ${contract.project.id}`);
  });

  test("no value of another argument leaves it either", async () => {
    await using server = await contract.start();
    const paths = [`../../${contract.other.id}/tree`, "..", "%2e%2e", `?project_id=${contract.other.id}`, "\0", "a#b"];
    for (const path of paths) {
      const { text, isError } = await call(server, "read_file", { path });
      expect(isError).toBe(true);
      expect(text).toMatch(/^read_file failed: 40[04] /);
    }
  });

  test("list_projects shows that project only", async () => {
    await using server = await contract.start();
    expect((await call(server, "list_projects")).text).toMatch(/^projects 1-1 of 1: .*\n\S+ contract /);
    expect((await call(server, "list_projects", { search: "other" })).text).toMatch(/^no projects\. /);
    expect((await call(server, "list_projects", { search: "CONTR" })).text).toMatch(/^projects 1-1 of 1/);
  });
});

describe.each(["", "1"])("bound to none (PLATFORM_CROSS_PROJECT=%s)", (cross) => {
  test("project_id is required, and any project can be named", async () => {
    await using server = await contract.start({ PROJECT_ID: undefined, PLATFORM_CROSS_PROJECT: cross });
    const { tools, shown, required } = await projectArguments(server);
    expect({ shown, required }).toEqual({ shown: tools - 1, required: tools - 1 });
    expect((await call(server, "get_project")).text).toBe("get_project was not called: project_id is required.");
    expect((await call(server, "get_project", { project_id: contract.other.id })).text).toContain("name: other");
    expect((await call(server, "list_projects")).text).toMatch(/^projects 1-2 of 2/);
  });
});

describe("bound to a project, with PLATFORM_CROSS_PROJECT=1", () => {
  test("project_id is an optional override", async () => {
    await using server = await contract.start({ PLATFORM_CROSS_PROJECT: "1" });
    const { tools, shown, required } = await projectArguments(server);
    expect({ shown, required }).toEqual({ shown: tools - 1, required: 0 });
    expect((await call(server, "get_project")).text).toContain("name: contract");
    expect((await call(server, "get_project", { project_id: contract.other.id })).text).toContain("name: other");
    expect((await call(server, "list_projects")).text).toMatch(/^projects 1-2 of 2/);
  });
});

test("a token bound to the project holds the boundary when the server does not", async () => {
  const { platform, project, other } = contract;
  const token = await platform.tokenFor({ scopes: ["project:read"], project: project.id });
  await using server = await contract.start({ PLATFORM_CROSS_PROJECT: "1", PLATFORM_API_TOKEN: token });
  const { isError, text } = await call(server, "get_project", { project_id: other.id });
  expect(isError).toBe(true);
  expect(text).toMatch(/^get_project failed: 40[34] /);
});
