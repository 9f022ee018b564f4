import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { call } from "./lib/contract.ts";
import { serverOn } from "./lib/server-on.ts";
import { type StandIn, sendJson, startStandIn } from "./lib/stand-in.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`;

/** A deployment as the first platform shows it: no generation, reason, address or names. */
const deployment = {
  id: id(1),
  project_id: project,
  environment: "production",
  ops_repo_id: null,
  manifest_path: null,
  image_ref: "localhost:5000/shop:3",
  values_override: { replicas: 2 },
  desired_status: "active",
  current_status: "healthy",
  current_sha: null,
  deployed_by: id(90),
  deployed_at: "2026-02-01T00:00:03Z",
  created_at: "2026-02-01T00:00:00Z",
  updated_at: "2026-02-01T00:00:03Z",
};

const attempt = (number: number, fields: object) => ({
  id: id(10 + number),
  deployment_id: id(1),
  image_ref: `localhost:5000/shop:${number}`,
  ops_repo_sha: null,
  action: "deploy",
  status: "success",
  deployed_by: null,
  message: null,
  created_at: `2026-02-01T00:00:0${number}Z`,
  ...fields,
});
const history = [
  attempt(3, {}),
  // Failures hold no image, and pile up.
  attempt(2, { status: "failure", image_ref: "", message: "deployment not available within 300s" }),
  attempt(1, {}),
];

const preview = {
  id: id(2),
  project_id: project,
  branch: "feature/login",
  branch_slug: "feature-login",
  image_ref: "localhost:5000/shop:abc",
  pipeline_id: null,
  desired_status: "active",
  current_status: "healthy",
  ttl_hours: 24,
  expires_at: "2026-02-02T00:00:00Z",
  created_by: null,
  created_at: "2026-02-01T00:00:00Z",
  updated_at: "2026-02-01T00:00:00Z",
};
const opsRepo = {
  id: id(3),
  name: "ops",
  repo_url: "https://git.example/ops.git",
  branch: "main",
  path: "/",
  sync_interval_s: 60,
  created_at: "2026-02-01T00:00:00Z",
};

/** What the next looks at the deployment show, one after the other, and the last again and again. */
let looks: readonly object[];
beforeEach(() => {
  looks = [{}];
});

type Answer = (response: ServerResponse) => void;
const json =
  (status: number, value: unknown): Answer =>
  (response) =>
    sendJson(response, status, value);

function look(): object {
  const [next = {}, ...rest] = looks;
  if (rest.length > 0) looks = rest;
  return { ...deployment, ...next };
}

const answers: Readonly<Record<string, Answer>> = {
  "GET /api/auth/me": json(200, { id: id(90), name: "ada" }),
  "GET /deployments": json(200, { items: [deployment], total: 1 }),
  // The route knows GET alone.
  "POST /deployments": (response) => void response.writeHead(405, { allow: "GET,HEAD" }).end(),
  "GET /deployments/production": (response) => sendJson(response, 200, look()),
  "GET /deployments/production/history": json(200, { items: history, total: 3 }),
  // What is null is kept.
  "PATCH /deployments/production": json(200, { ...deployment, current_status: "pending" }),
  "POST /deployments/production/rollback": json(200, { ok: true }),
  "GET /deployments/staging": json(404, { error: "deployment" }),
  "GET /deployments/staging/history": json(404, { error: "deployment" }),
  "GET /previews": json(200, { items: [preview], total: 1 }),
  "GET /previews/feature-login": json(200, preview),
  "DELETE /previews/feature-login": json(200, { ok: true }),
  "GET /api/admin/ops-repos": json(200, [opsRepo]),
  [`POST /api/admin/ops-repos/${id(3)}/sync`]: json(200, { ok: true, sha: "c".repeat(40) }),
  [`POST /api/admin/ops-repos/${id(4)}/sync`]: json(404, { error: "deployment" }),
};

/** Its page for browsers, with which it answers where it has no endpoint. */
const page: Answer = (response) =>
  void response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><title>Platform</title>");

function answer(response: ServerResponse, method: string, url: string): void {
  const { pathname } = new URL(url, "http://platform");
  const found = answers[`${method} ${pathname.replace(`/api/projects/${project}`, "")}`];
  (found ?? page)(response);
}

let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, { method, url }) => answer(response, method, url));
  server = await start({ PROJECT_ID: project });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

const start = (env: Readonly<Record<string, string>>) => serverOn(standIn, "platform-deploy", env);

const environment = "production";

/** Calls a tool that must not fail. */
async function use(name: string, args: object = {}): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(false);
  return text;
}

/** Calls a tool that must fail. */
async function refused(name: string, args: object): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(true);
  return text.replace(/\nRequest id: \S+$/, "");
}

test("fields that are missing hide nothing of what is there", async () => {
  expect(await use("list_deployments")).toBe(
    `deployments 1-1 of 1: environment status image deployed_at by\nproduction healthy localhost:5000/shop:3 2026-02-01T00:00:03Z ${id(90)}`,
  );
  expect(await use("get_deployment", { environment })).toBe(
    [
      "environment: production",
      "status: healthy",
      "image: localhost:5000/shop:3",
      "deployed_at: 2026-02-01T00:00:03Z",
      `by: ${id(90)}`,
      'values: "{\\"replicas\\":2}"',
      "attempts 1-3 of 3: at action status image message",
      "2026-02-01T00:00:03Z deploy success localhost:5000/shop:3 -",
      '2026-02-01T00:00:02Z deploy failure - "deployment not available within 300s"',
      "2026-02-01T00:00:01Z deploy success localhost:5000/shop:1 -",
    ].join("\n"),
  );
});

test("what it has stopped is stopped, though it says healthy", async () => {
  looks = [{ desired_status: "stopped" }];
  expect(await use("get_deployment", { environment })).toContain("status: stopped\n");
  expect(await use("wait_for_deployment", { environment })).toContain("status: stopped\n");
});

test("to create a deployment is not offered, and what makes one is said", async () => {
  expect(await refused("create_deployment", { environment, image_ref: "shop:4" })).toBe(
    [
      'create_deployment failed: 405 "Method Not Allowed" (POST /api/projects/{project_id}/deployments).',
      "This platform makes no deployment by a call: a successful pipeline of its branch main or master that builds an image makes production. Retrying cannot help; update_deployment changes one that is there.",
    ].join("\n"),
  );
});

test("a change that it cannot make is said not to be made", async () => {
  const text = await use("update_deployment", { environment, values_override: null });
  expect(text).toContain("This platform cannot clear what was set: values_override stayed.");
});

test("a rollback says what it goes back to, and what this platform does not do", async () => {
  const text = await use("rollback_deploy", { environment });
  expect(text).toContain("back_to: localhost:5000/shop:1\nfrom: localhost:5000/shop:3\n");
  expect(text).toContain("This platform goes back to the image alone");
});

describe("waiting ends", () => {
  test("when a rollback is no longer wanted, but done", async () => {
    looks = [{ desired_status: "rollback" }, { desired_status: "rollback", current_status: "syncing" }, {}];
    expect(await use("wait_for_deployment", { environment })).toContain("status: healthy\n");
  });

  test("with a failure, which it repeats for ever", async () => {
    looks = [{ current_status: "pending" }, { current_status: "failed" }];
    const text = await use("wait_for_deployment", { environment });
    expect(text).toContain("status: failed\n");
    expect(text).toContain("This platform tries again every few seconds, and does not say whether that can help.");
  });
});

test("a preview is found by its branch, without its history", async () => {
  expect(await use("get_preview", { preview: "feature/login" })).toBe(
    [
      "slug: feature-login",
      "branch: feature/login",
      "status: healthy",
      "image: localhost:5000/shop:abc",
      "expires_at: 2026-02-02T00:00:00Z",
      "created_at: 2026-02-01T00:00:00Z",
    ].join("\n"),
  );
  expect(await use("stop_preview", { preview: "feature/login" })).toContain("This platform may leave what ran for it.");
});

test.each([{ environment }, { preview: "feature/login" }])("logs of %j are not offered", async (args) => {
  expect(await refused("get_workload_logs", args)).toContain(
    "This platform does not offer this operation. Retrying cannot help.",
  );
});

test("ops repos are listed and fetched; one that is not there is called a deployment", async () => {
  expect(await use("list_ops_repos")).toContain(`${id(3)} ops https://git.example/ops.git main /`);
  expect(await use("sync_ops_repo", { ops_repo_id: id(3) })).toContain("commit: cccccccccccc\n");
  expect(await refused("sync_ops_repo", { ops_repo_id: id(4) })).toContain("What exists: list_ops_repos.");
});

test("an environment without a deployment sends to those there are", async () => {
  expect(await refused("get_deployment", { environment: "staging" })).toContain("What exists: list_deployments.");
  expect(await use("wait_for_deployment", { environment: "staging", timeout_seconds: 1 })).toBe(
    "There is no deployment in staging. list_deployments shows those there are.",
  );
});

describe("the project of a call", () => {
  const other = id(77);

  test("is the server's own, and no argument names another", async () => {
    const text = await refused("rollback_deploy", { environment, project_id: other });
    expect(text).toMatch(
      /^rollback_deploy was not called: unknown argument "project_id"; valid arguments: environment/,
    );
  });

  test("is named by each call where the server has none, but for what is the platform's", async () => {
    await using unbound = await start({});
    expect((await call(unbound, "list_deployments")).text).toBe(
      "list_deployments was not called: project_id is required.",
    );
    expect((await call(unbound, "list_deployments", { project_id: project })).text).toContain("production healthy");
    expect((await call(unbound, "list_ops_repos")).isError).toBe(false);
  });

  test("may be another where the operator lets calls cross projects", async () => {
    await using crossing = await start({ PROJECT_ID: project, PLATFORM_CROSS_PROJECT: "1" });
    const asked = standIn.requests.length;
    await call(crossing, "stop_preview", { preview: "feature-login", project_id: other });
    const paths = standIn.requests.slice(asked).map(({ url }) => url);
    expect(paths.length).toBeGreaterThan(0);
    for (const path of paths) expect(path).toMatch(new RegExp(`^/api/(projects/${other}/|auth/me)`));
  });

  test("is left alone by a server that only reads", async () => {
    await using reader = await start({ PROJECT_ID: project, PLATFORM_READ_ONLY: "1" });
    const { result } = await reader.request("tools/list");
    const tools = Array.isArray(result?.tools) ? result.tools : [];
    expect(tools.map(({ name }) => name)).toEqual([
      ...["list_deployments", "get_deployment", "get_deploy_history", "list_previews", "get_preview"],
      ...["wait_for_deployment", "get_workload_logs", "list_ops_repos"],
    ]);
  });
});
