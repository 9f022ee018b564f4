import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseRole, findBundles, mcpConfig, roles } from "@platform-mcp/runner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { withExampleRepository } from "../../scripts/lib/start/example-repository.ts";
import { serverBundles } from "../lib/bundles.ts";
import { startTestPlatform, type TestPlatform, type TestProject } from "../lib/platform.ts";
import { claudeBinary } from "./install.ts";
import { type ScriptedTurn, startMessagesApi } from "./messages-api.ts";
import { runClaude } from "./run-claude.ts";

let binary: string;
let platform: TestPlatform;
let project: TestProject;
let scratch: string;
let mcpConfigFile: string;
let env: Record<string, string>;

beforeAll(async () => {
  [binary, platform] = await Promise.all([claudeBinary(), startTestPlatform()]);
  project = await withExampleRepository((path) => platform.importRepository(path, "hello-web"));
  scratch = await mkdtemp(join(tmpdir(), "claude-code-"));
  const serversDir = await serverBundles();
  const role = chooseRole(roles, "dev");
  const { present } = await findBundles(serversDir, role.servers);
  mcpConfigFile = join(scratch, "mcp.json");
  await writeFile(
    mcpConfigFile,
    JSON.stringify(mcpConfig({ role, domains: present, serversDir, node: process.execPath })),
  );
  const token = await platform.tokenFor({ scopes: ["project:read"], project: project.id });
  env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: project.id };
}, 600_000);
afterAll(async () => {
  await platform?.close();
  await rm(scratch, { recursive: true, force: true });
});

async function session(turns: readonly ScriptedTurn[]) {
  const api = await startMessagesApi(turns);
  try {
    const result = await runClaude({
      binary,
      prompt: "Look at the project.",
      mcpConfig: mcpConfigFile,
      apiUrl: api.url,
      env,
      cwd: scratch,
      allowedTools: ["mcp__platform-core"],
    });
    return { ...result, requests: [...api.requests] };
  } finally {
    await api.close();
  }
}

const core = (tool: string, input: Record<string, unknown> = {}) => ({ tool: `mcp__platform-core__${tool}`, input });

test("a model's tool call reaches the platform, and the answer comes back in the next request", async () => {
  const { exitCode, requests } = await session([
    { use: [core("get_project")] },
    { use: [core("read_file", { path: "Procfile" }), core("search_code", { query: "healthz" })] },
    { say: "done" },
  ]);
  expect(exitCode).toBe(0);
  const [first, second, third] = requests;
  expect(first?.toolNames).toContain("mcp__platform-core__get_project");
  expect(second?.toolResults).toHaveLength(1);
  expect(second?.toolResults[0]).toMatchObject({
    isError: false,
    text: expect.stringContaining(`id: ${project.id}\nname: hello-web`),
  });
  const texts = third?.toolResults.map(({ text }) => text) ?? [];
  expect(texts.some((text) => text.includes("web: node server.js"))).toBe(true);
  expect(texts.some((text) => /matches 1-\d+ of \d+/.test(text) && text.includes("src/app.js"))).toBe(true);
});

test("what the model is told of the server: its instructions, and no way to name another project", async () => {
  const { requests } = await session([{ say: "done" }]);
  expect(requests[0]?.systemText).toContain(`project ${project.id} alone`);
  expect(JSON.stringify(requests[0]?.body)).not.toContain("project_id");
});

test("an error comes back as a result that the model can act on", async () => {
  const { requests } = await session([
    { use: [core("read_file", { path: "no/such/file" })] },
    { use: [core("list_files", { pth: "x" })] },
    { say: "done" },
  ]);
  expect(requests[1]?.toolResults[0]).toMatchObject({
    isError: true,
    text: expect.stringContaining("What exists: list_branches, list_files"),
  });
  expect(requests[2]?.toolResults.at(-1)).toMatchObject({
    isError: true,
    text: expect.stringContaining('unknown argument "pth"; valid arguments: path, ref, depth, offset'),
  });
});

test("the token reaches the server and nothing that the model or the log sees", async () => {
  const { requests, events, stderr } = await session([{ use: [core("get_project")] }, { say: "done" }]);
  const seen = JSON.stringify([requests.map(({ body }) => body), events, stderr]);
  expect(seen).not.toContain(env.PLATFORM_API_TOKEN);
});
