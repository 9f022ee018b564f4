import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chooseRole, findBundles, mcpConfig, roles } from "@platform-mcp/runner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { DeployedProject, files } from "../deployments/deployed-project.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { serverBundles } from "../lib/bundles.ts";
import { claudeBinary } from "./install.ts";
import { type ScriptedTurn, startMessagesApi } from "./messages-api.ts";
import { runClaude } from "./run-claude.ts";

const role = chooseRole(roles, "ops");
const environment = "production";

let binary: string;
let platform: PushedPlatform;
let project: DeployedProject;
let scratch: string;
/** The two commits that production has had, and where it answers. */
let first: string;
let second: string;
let url: string;
beforeAll(async () => {
  [binary, platform] = await Promise.all([claudeBinary(), startPushedPlatform()]);
  project = await DeployedProject.create(platform, "shop");
  first = await project.push("main", { ...files, "greeting.txt": "one " });
  await project.healthy(() => project.production(), first);
  second = await project.push("main", { "greeting.txt": "two " });
  url = await project.healthy(() => project.production(), second);
  scratch = await mkdtemp(join(tmpdir(), "ops-story-"));
  const serversDir = await serverBundles();
  const { present } = await findBundles(serversDir, role.servers);
  const config = mcpConfig({ role, domains: present, serversDir, node: process.execPath });
  await writeFile(join(scratch, "mcp.json"), JSON.stringify(config));
}, 600_000);
afterAll(async () => {
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
});

const deploy = (name: string, input: Record<string, unknown> = {}): ScriptedTurn => ({
  use: [{ tool: `mcp__platform-deploy__${name}`, input }],
});

/** Runs a headless session that makes these calls, and gives what the model reads of each. */
async function session(turns: readonly ScriptedTurn[], env: Readonly<Record<string, string>> = {}) {
  const api = await startMessagesApi([...turns, { say: "done" }]);
  try {
    const { exitCode, events } = await runClaude({
      binary,
      prompt: "Production answers wrongly: go back to what ran before.",
      mcpConfig: join(scratch, "mcp.json"),
      apiUrl: api.url,
      env: {
        PLATFORM_API_URL: platform.served.url,
        PLATFORM_API_TOKEN: platform.token,
        PROJECT_ID: project.id,
        ...env,
      },
      cwd: scratch,
      allowedTools: ["mcp__platform-deploy"],
    });
    expect(exitCode).toBe(0);
    const init = events.find(({ type, subtype }) => type === "system" && subtype === "init");
    expect(init?.mcp_servers).toContainEqual(expect.objectContaining({ name: "platform-deploy", status: "connected" }));
    return api.requests.slice(1).flatMap(({ toolResults }) => toolResults);
  } finally {
    await api.close();
  }
}

test("where a person has to agree, a session without one changes nothing, and reads why and what to do", async () => {
  const [refused, listed] = await session([deploy("rollback_deploy", { environment }), deploy("list_deployments")], {
    PLATFORM_CONFIRM: "destructive",
  });
  expect(refused?.isError).toBe(true);
  expect(refused?.text).toMatch(
    /^rollback_deploy did nothing: the question whether to do it was closed without an answer, as sessions without a person \(claude -p\) close every question\./,
  );
  expect(listed?.text).toContain(`production healthy git:${second}`);
  expect((await visit(url)).body).toMatch(/^two /);
});

test("a session finds what runs, rolls it back, and waits until that is so", async () => {
  const [listed, back, waited] = await session([
    deploy("list_deployments"),
    deploy("rollback_deploy", { environment }),
    deploy("wait_for_deployment", { environment }),
  ]);
  expect(listed?.text).toContain(`production healthy git:${second} ${url}`);
  expect(back?.text).toContain(`back_to: git:${first}\nfrom: git:${second}\n`);
  expect(waited?.text).toMatch(new RegExp(`^environment: production\nstatus: healthy\nimage: git:${first}\n`));
  expect((await visit(url)).body).toMatch(/^one /);
});
