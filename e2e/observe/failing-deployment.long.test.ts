import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { chooseRole, mcpConfig, roles } from "@platform-mcp/runner";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { Hands } from "../../scripts/lib/demo/hands.ts";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { Conversation } from "../claude-code/conversation.ts";
import { claudeBinary } from "../claude-code/install.ts";
import { startMessagesApi } from "../claude-code/messages-api.ts";
import { type ClaudeResult, runClaude } from "../claude-code/run-claude.ts";
import { tellThrough } from "../claude-code/tell-through.ts";
import { DeployedProject } from "../deployments/deployed-project.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { serverBundles } from "../lib/bundles.ts";
import { type Hook, startHook } from "./hook.ts";

const role = chooseRole(roles, "ops");
const environment = "production";
/** The shop counts what fails; what is printed, the platform counts of every program. */
const rules = {
  "Checkouts fail": "metric:shop.checkout.failures window:10",
  "Errors are printed": 'metric:platform.logs labels:{"service":"deployment production","level":"error"} window:30',
};
/** Longer than a rule that looks every ten seconds takes on a busy machine, in milliseconds. */
const PATIENCE = 120_000;

let platform: PushedPlatform;
let hook: Hook;
let project: DeployedProject;
let scratch: string;
let claude: ClaudeResult;
const commits = { good: "", bad: "" };
/** Somebody who checks out again and again. */
const shopping = new AbortController();
let shopped: Promise<void> | undefined;
/** What the model reads of each call. */
let read: Awaited<ReturnType<typeof story>>;

beforeAll(async () => {
  const [binary, serversDir] = await Promise.all([claudeBinary(), serverBundles()]);
  hook = await startHook();
  platform = await startPushedPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  project = await DeployedProject.create(platform, "shop");
  await project.request("POST", "webhooks", { url: hook.url, events: ["alert"] });
  for (const [name, query] of Object.entries(rules)) {
    const rule = { name, query, condition: "gt", threshold: 0, for_seconds: 10, severity: "critical" };
    await post("/api/observe/alerts", { ...rule, project_id: project.id });
  }

  const production = () => project.production();
  commits.good = await project.push("main", await shopFiles());
  const url = await project.healthy(production, commits.good);
  shopped = shop(`${url}checkout`);
  commits.bad = await project.push("main", { "rates.mjs": "export const rates = { CHF: { perFranc: 1 } };\n" });
  await project.healthy(production, commits.bad);
  await allAre("firing");

  scratch = await mkdtemp(join(tmpdir(), "failing-deployment-"));
  const config = mcpConfig({ role, domains: role.servers, serversDir, node: process.execPath });
  await writeFile(join(scratch, "mcp.json"), JSON.stringify(config));
  const conversation = new Conversation();
  const api = await startMessagesApi(conversation.script);
  try {
    const session = runClaude({
      binary,
      prompt: "An alert fires. Find out what is wrong, and put it right.",
      mcpConfig: join(scratch, "mcp.json"),
      apiUrl: api.url,
      cwd: scratch,
      env: {
        PLATFORM_API_URL: platform.served.url,
        PLATFORM_API_TOKEN: await opsToken(),
        PROJECT_ID: project.id,
      },
      allowedTools: role.servers.map((domain) => `mcp__platform-${domain}`),
      deadlineMs: 300_000,
    });
    ({ claude, outcome: read } = await tellThrough(conversation, session, story));
  } finally {
    await api.close();
  }
}, 600_000);

afterAll(async () => {
  shopping.abort();
  await shopped;
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await hook?.[Symbol.asyncDispose]();
  if (scratch !== undefined) await rm(scratch, { recursive: true, force: true });
});

const uuidBefore = (name: string) => new RegExp(`[\\da-f-]{36}(?= "${name}")`);

/** What an agent does that knows of nothing but that something is wrong. */
async function story({ tool }: Hands) {
  const alerts = await tool("platform-observe", "list_alerts");
  const [alert_id] = uuidBefore("Checkouts fail").exec(alerts) ?? [];
  const alert = await tool("platform-observe", "get_alert", { alert_id });
  const logs = await tool("platform-observe", "search_logs", { min_level: "error" });
  const [trace_id] = /\b[\da-f]{32}\b/.exec(logs) ?? [];
  const trace = await tool("platform-observe", "get_trace", { trace_id });
  const rollback = await tool("platform-deploy", "rollback_deploy", { environment });
  const deployment = await tool("platform-deploy", "wait_for_deployment", { environment });
  await allAre("ok");
  const alertsAfter = await tool("platform-observe", "list_alerts");
  return { alerts, alert, logs, trace, rollback, deployment, alertsAfter };
}

async function post(path: string, body: object): Promise<ReturnType<JSON["parse"]>> {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  const response = await fetch(`${platform.served.url}${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  const text = await response.text();
  expect(response.ok, `${path}: ${text}`).toBe(true);
  return JSON.parse(text);
}

async function get(path: string): Promise<ReturnType<JSON["parse"]>> {
  const headers = { authorization: `Bearer ${platform.token}` };
  return JSON.parse(await (await fetch(`${platform.served.url}${path}`, { headers })).text());
}

/** Waits until every alert is in a state. */
async function allAre(state: string): Promise<void> {
  const states = async () => {
    const { items } = await get(`/api/observe/alerts?project_id=${project.id}`);
    return items.map((item: { state: string }) => item.state);
  };
  await vi.waitFor(async () => expect(await states()).toEqual([state, state]), { timeout: PATIENCE, interval: 200 });
}

/** Of a service account that has role ops on the project, and nothing else anywhere. */
async function opsToken(): Promise<string> {
  const account = { name: "on-call", email: "on-call@example.test", project_id: project.id };
  const { user, token } = await post("/api/admin/service-accounts", account);
  const known = await get("/api/admin/roles");
  const { id } = [known.items ?? known].flat().find(({ name }: { name: string }) => name === "ops");
  await post(`/api/admin/users/${user.id}/roles`, { role_id: id, project_id: project.id });
  return token.token;
}

async function shopFiles(): Promise<Record<string, string>> {
  const directory = join(import.meta.dirname, "shop");
  const names = await readdir(directory);
  const files = await Promise.all(names.map(async (name) => [name, await readFile(join(directory, name), "utf8")]));
  const steps = [{ name: "check", image: "any", commands: ["true"] }];
  return { ...Object.fromEntries(files), ".platform.yaml": JSON.stringify({ pipeline: { steps } }) };
}

async function shop(address: string): Promise<void> {
  while (!shopping.signal.aborted) {
    await visit(address).catch(() => {});
    await delay(200, undefined, { signal: shopping.signal }).catch(() => {});
  }
}

test("the session has the servers of role ops, all connected", () => {
  const init = claude.events.find(({ type, subtype }) => type === "system" && subtype === "init");
  const servers = role.servers.map((domain) => ({ name: `platform-${domain}`, status: "connected" }));
  expect(init?.mcp_servers).toEqual(expect.arrayContaining(servers.map((server) => expect.objectContaining(server))));
  expect(claude.exitCode).toBe(0);
});

test("the alerts that fire are named, with what they look at", () => {
  for (const name of Object.keys(rules)) expect(read.alerts).toContain(name);
  expect(read.alerts.match(/ firing /g)).toHaveLength(2);
  expect(read.alert).toContain("metric:shop.checkout.failures");
  expect(read.alert).toContain("the value has been above 0 for 10 seconds or longer");
});

test("the logs say what went wrong, those that it sent as those that it printed, and lead to a trace", () => {
  expect(read.logs).toContain("checkout failed: Cannot read properties of undefined (reading 'perFranc')");
  expect(read.logs).toContain(`${environment}`);
});

test("the trace shows where, the errors first", () => {
  expect(read.trace).toContain("GET /checkout");
  expect(read.trace).toContain("price order");
  expect(read.trace).toContain("TypeError: Cannot read properties of undefined (reading 'perFranc')");
});

test("the rollback brings back what ran before, and the alert is resolved by that", async () => {
  expect(read.rollback).toContain(`back_to: git:${commits.good}\nfrom: git:${commits.bad}\n`);
  expect(read.deployment).toMatch(
    new RegExp(`^environment: ${environment}\nstatus: healthy\nimage: git:${commits.good}\n`),
  );
  for (const name of Object.keys(rules)) expect(read.alertsAfter).toContain(name);
  expect(read.alertsAfter).not.toContain("firing");
  const { url } = await project.production();
  expect(read.alertsAfter.match(/ ok /g)).toHaveLength(2);
  expect(await visit(`${url}checkout`)).toEqual({ status: 200, body: "That is 21 EUR\n" });
});

test("whoever subscribed was told of all of it, once", async () => {
  for (const name of Object.keys(rules)) {
    const told = () => hook.payloads.filter(({ alert }) => alert.name === name).map(({ action }) => action);
    await vi.waitFor(() => expect(told()).toEqual(["firing", "resolved"]), { timeout: PATIENCE });
  }
});
