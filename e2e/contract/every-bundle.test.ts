import { copyFile, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { mcpConfig, roles } from "@platform-mcp/runner";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { serverBundles } from "../lib/bundles.ts";
import { runProgram } from "../lib/run-program.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const pipeline_id = "00000000-0000-4000-8000-000000000001";

/** A call of each server that a platform which never answers keeps waiting. */
const calls: Readonly<Record<string, readonly [tool: string, args: object]>> = {
  "platform-core": ["get_project", {}],
  "platform-pipeline": ["wait_for_pipeline", { pipeline_id, timeout_seconds: 600 }],
  "platform-issues": ["get_issue", { number: 1 }],
  "platform-observe": ["search_logs", {}],
  "platform-deploy": ["wait_for_deployment", { environment: "production", timeout_seconds: 600 }],
  "platform-admin": ["list_users", {}],
};

let directory: string;
let files: readonly string[];
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "every-bundle-"));
  const bundles = await serverBundles();
  files = (await readdir(bundles)).filter((name) => name.endsWith(".js"));
  await Promise.all(files.map((name) => copyFile(join(bundles, name), join(directory, name))));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

test("every bundle is here", () => {
  expect(files.toSorted()).toEqual(
    Object.keys(calls)
      .sort()
      .map((name) => `${name}.js`),
  );
});

describe.each(Object.entries(calls))("%s, alone in a directory", (name, [tool, args]) => {
  const file = () => join(directory, `${name}.js`);

  test("tells what it offers, and what it reads from its environment", async () => {
    const help = await runProgram(file(), ["--help"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    const listed = await runProgram(file(), ["--list-tools", "--json"]);
    const tools: { name: string; permissions: string[] }[] = JSON.parse(listed.stdout).tools;
    for (const { name: offered, permissions } of tools) {
      expect(help.stdout).toContain(offered);
      expect(permissions.length).toBeGreaterThan(0);
    }
  });

  test("asks nobody before a tool is called, and ends at once with its host", async () => {
    await using platform = await startStandIn();
    const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: "token", PROJECT_ID: project };
    await using server = new StdioServer({ file: file(), env, cwd: directory });
    await server.initialize();
    await server.request("tools/list");
    expect(platform.connections()).toBe(0);
    await server.post("tools/call", { name: tool, arguments: args });
    await platform.arrived(1);
    const began = performance.now();
    server.closeInput();
    const { code, signal, at } = await server.exited;
    expect({ code, signal }).toEqual({ code: 0, signal: null });
    expect(at - began).toBeLessThan(500);
    await platform.aborted(1);
    expect(server.stderr).toBe("");
  });
});

test("what a server reads from its environment, a host's configuration passes on", async () => {
  const role = roles.get("dev");
  if (role === undefined) throw new Error("there is a role dev");
  const { mcpServers } = mcpConfig({ role, domains: role.servers, serversDir: directory, node: "node" });
  for (const [name, { env }] of Object.entries(mcpServers)) {
    const { stdout } = await runProgram(join(directory, `${name}.js`), ["--help"]);
    const read = stdout.match(/^ {2}[A-Z][A-Z_]+(?= )/gm)?.map((line) => line.trim()) ?? [];
    expect(read.length).toBeGreaterThan(5);
    expect(Object.keys(env)).toEqual(expect.arrayContaining(read));
  }
});

test("a server's own variables stand in its help, and in no other's", async () => {
  const says = async (name: string) => (await runProgram(join(directory, `${name}.js`), ["--help"])).stdout;
  expect(await says("platform-pipeline")).toMatch(/^ {2}PLATFORM_DOWNLOAD_DIR {2,}the directory/m);
  expect(await says("platform-core")).not.toContain("PLATFORM_DOWNLOAD_DIR");
});
