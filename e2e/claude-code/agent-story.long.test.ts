import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bundlePath, chooseRole, mcpConfig, roles } from "@platform-mcp/runner";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type AgentShell, openShell, runCommand } from "../../scripts/lib/demo/agent-shell.ts";
import { type Stage, setStage } from "../../scripts/lib/demo/stage.ts";
import { type StoryOutcome, story } from "../../scripts/lib/demo/story.ts";
import { scopesOf } from "../../scripts/lib/start/role-scopes.ts";
import { serverBundles } from "../lib/bundles.ts";
import { Conversation } from "./conversation.ts";
import { claudeBinary } from "./install.ts";
import { type MessagesApi, startMessagesApi } from "./messages-api.ts";
import { type ClaudeResult, runClaude } from "./run-claude.ts";
import { tellThrough } from "./tell-through.ts";

const role = chooseRole(roles, "dev");

let stage: Stage;
let shell: AgentShell;
let api: MessagesApi;
let claude: ClaudeResult;
let outcome: StoryOutcome;

beforeAll(async () => {
  const [binary, serversDir] = await Promise.all([claudeBinary(), serverBundles()]);
  const bundles = role.servers.map((domain) => bundlePath(serversDir, domain));
  stage = await setStage(await scopesOf(bundles, role.defaults));
  shell = await openShell(stage);
  const config = join(stage.directory, "mcp.json");
  const domains = role.servers;
  await writeFile(config, JSON.stringify(mcpConfig({ role, domains, serversDir, node: process.execPath })));
  const conversation = new Conversation();
  api = await startMessagesApi(conversation.script);
  const session = runClaude({
    binary,
    prompt: "Take the open issue and see it through.",
    mcpConfig: config,
    apiUrl: api.url,
    cwd: shell.cwd,
    env: shell.env,
    allowedTools: ["Bash", ...domains.map((domain) => `mcp__platform-${domain}`)],
    builtInTools: ["Bash"],
    deadlineMs: 200_000,
  });
  ({ outcome, claude } = await tellThrough(conversation, session, (hands) => story(hands, stage.reviewer)));
}, 600_000);

afterAll(async () => {
  await api?.close();
  await stage?.[Symbol.asyncDispose]();
});

test("the session has exactly the servers of role dev, all connected, and a shell", () => {
  const init = claude.events.find(({ type, subtype }) => type === "system" && subtype === "init");
  const servers = role.servers.map((domain) => ({ name: `platform-${domain}`, status: "connected" }));
  expect(init?.mcp_servers).toEqual(expect.arrayContaining(servers.map((server) => expect.objectContaining(server))));
  expect(init?.mcp_servers).toHaveLength(3);
  expect(claude.exitCode).toBe(0);
});

test("the failing test is named by the diagnosis, with what was expected and where", () => {
  expect(outcome.diagnosis).toContain("a limit gives only the newest greetings");
  expect(outcome.diagnosis).toMatch(/Expected values to be strictly deep-equal|AssertionError/);
  expect(outcome.diagnosis).toContain("test/app.test.js");
  expect(outcome.diagnosis).toMatch(/exit_code: 1|exit code 1/);
});

test("a merge without the review that the project asks for is refused, and what is missing is said", () => {
  expect(outcome.refusedMerge).toMatch(/409/);
  expect(outcome.refusedMerge).toMatch(/approv/);
});

test("the review reaches the agent, and its merge closes the issue", () => {
  expect(outcome.review).toContain("What does limit=many do?");
  expect(outcome.closed).toMatch(/status: closed/);
});

test("reviewers see the branch in its preview, production as it was until the merge, and no preview after it", () => {
  const { inPreview, inProduction, unrefused, refused, inProductionAfter, gone } = outcome.seen;
  const statuses = [inPreview, inProduction, unrefused, refused, inProductionAfter, gone].map(({ status }) => status);
  expect(statuses).toEqual([200, 200, 200, 400, 200, 404]);
  expect(inProduction.body).toContain("Welcome!");
  expect([inPreview.body, inProductionAfter.body]).toEqual(["[]", "[]"]);
  expect(outcome.previewHistory[0]).toBe("stop success merged");
});

test("the default branch has the work, by a merge", async () => {
  await runCommand("git fetch --quiet origin main", shell);
  expect(await runCommand("git show origin/main:src/app.js", shell)).toContain("function readLimit");
  expect((await runCommand("git rev-list --parents -n 1 origin/main", shell)).split(" ")).toHaveLength(3);
});

test("the token is in nothing that the model, the log or the repository holds", async () => {
  const seen = JSON.stringify([api.requests.map(({ body }) => body), claude.events, claude.stderr]);
  expect(seen).not.toContain(stage.environment.PLATFORM_API_TOKEN);
  expect(await runCommand("cat .git/config", shell)).not.toContain(stage.environment.PLATFORM_API_TOKEN);
});
