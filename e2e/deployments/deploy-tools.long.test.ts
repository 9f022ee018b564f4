import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { call, fenced } from "../contract/lib/contract.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { serverBundle } from "../lib/bundles.ts";
import { openDataServer } from "../lib/data-server.ts";
import { StdioServer } from "../lib/stdio-server.ts";
import { DeployedProject, files } from "./deployed-project.ts";

let platform: PushedPlatform;
let project: DeployedProject;
let server: StdioServer;
let file: string;
let env: Readonly<Record<string, string>>;
/** The commits of production, the first first. */
const commits: string[] = [];
beforeAll(async () => {
  platform = await startPushedPlatform();
  project = await DeployedProject.create(platform, "shop");
  env = { PLATFORM_API_URL: platform.served.url, PLATFORM_API_TOKEN: platform.token, PROJECT_ID: project.id };
  file = await serverBundle("platform-deploy");
  server = new StdioServer({ file, env });
  await server.initialize();
  commits.push(await project.push("main", { ...files, "greeting.txt": "one " }));
}, 240_000);
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await project?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

async function use(tool: string, args: object = {}): Promise<string> {
  const { text, isError, protocolError } = await call(server, tool, args);
  expect({ isError, protocolError }, text).toEqual({ isError: false, protocolError: undefined });
  return text;
}

async function refused(tool: string, args: object): Promise<string> {
  const { text, isError } = await call(server, tool, args);
  expect(isError, text).toBe(true);
  return text.replace(/\nRequest id: \S+$/, "");
}

const field = (text: string, name: string) => new RegExp(`^${name}: (.*)$`, "m").exec(text)?.[1] ?? "";
const environment = "production";
const image = (index: number) => `git:${commits[index]}`;

describe("production, from a push on", () => {
  test("a push is waited for by its commit, and answers where it is said to", async () => {
    const text = await use("wait_for_deployment", { environment, commit: commits[0]?.slice(0, 12) });
    expect(text).toMatch(/^environment: production\nstatus: healthy\nimage: git:[0-9a-f]{40}\n/);
    expect((await visit(field(text, "url"))).body).toMatch(/^one /);
    expect(await use("list_deployments")).toMatch(
      /^deployments 1-1 of 1: environment status image url deployed_at by\nproduction healthy /,
    );
    expect(await use("get_workload_logs", { environment })).toContain("serving one");
  });

  test("what is there stands in the way of creating it", async () => {
    const text = await refused("create_deployment", { environment, image_ref: image(0) });
    expect(text).toMatch(
      /^create_deployment failed: 409 "production has a deployment already \(git:[0-9a-f]{40}, healthy since/,
    );
    expect(text).toContain("To change it: update_deployment with environment=production.");
  });

  test("three rollbacks go back through three images, and the next is refused", async () => {
    for (const greeting of ["two ", "three ", "four "]) {
      const commit = await project.push("main", { "greeting.txt": greeting });
      commits.push(commit);
      expect(await use("wait_for_deployment", { environment, commit })).toContain("status: healthy");
    }
    for (const index of [2, 1, 0]) {
      const back = await use("rollback_deploy", { environment });
      expect(back).toContain(`back_to: ${image(index)}\nfrom: ${image(index + 1)}\n`);
      const text = await use("wait_for_deployment", { environment });
      expect(text).toContain(`status: healthy\nimage: ${image(index)}\n`);
    }
    expect((await visit(field(await use("get_deployment", { environment }), "url"))).body).toMatch(/^one /);
    const before = await use("get_deploy_history", { environment });
    expect(before).toMatch(/^attempts 1-7 of 7: at action status image by\n\S+ rollback success /);
    expect(await refused("rollback_deploy", { environment })).toContain(
      '409 "there is no earlier successful deployment of another image"',
    );
    expect(await use("get_deploy_history", { environment })).toBe(before);
  }, 120_000);

  test("it is stopped and started, and deployed anew", async () => {
    await use("update_deployment", { environment, desired_status: "stopped" });
    expect(await use("wait_for_deployment", { environment })).toContain("status: stopped\n");
    expect(await use("get_deployment", { environment })).toMatch(/desired_status=active starts it\.$/);
    await use("update_deployment", { environment, desired_status: "active" });
    const text = await use("wait_for_deployment", { environment });
    expect(text).toContain("status: healthy\n");
    const anew = await use("update_deployment", { environment });
    expect(Number(field(anew, "generation"))).toBe(Number(field(text, "generation")) + 1);
    expect(await use("wait_for_deployment", { environment })).toContain("status: healthy\n");
  });

  test("an image that cannot run is said to be none, at once and for good", async () => {
    await use("create_deployment", { environment: "staging", image_ref: "registry.example/shop:1" });
    const text = await use("wait_for_deployment", { environment: "staging" });
    expect(text).toContain("why: this platform cannot run such an image\n");
    expect(text).toContain("stalled: true\n");
    expect(fenced(text).join("\n")).not.toBe("");
    expect(text).toMatch(
      /It will not heal by itself: something else must be asked for\. Next: update_deployment with an image_ref/,
    );
  });

  test("a process that crashes is told with its last words", async () => {
    const commit = await project.push("main", { "server.js": 'throw new Error("no such table: shop");\n' });
    const text = await use("wait_for_deployment", { environment, commit });
    expect(text).toContain("why: its process ends again and again\n");
    expect(fenced(text).join("\n")).toContain("no such table: shop");
    await use("rollback_deploy", { environment });
    expect(await use("wait_for_deployment", { environment })).toContain("status: healthy\n");
  }, 120_000);
});

describe("a preview", () => {
  test("is waited for by its branch, shown, and ended", async () => {
    const commit = await project.push("Feature/login", { ...files, "greeting.txt": "login " });
    const text = await use("wait_for_deployment", { preview: "Feature/login", commit });
    expect(text).toMatch(/^slug: feature-login\nbranch: Feature\/login\nstatus: healthy\n/);
    expect((await visit(field(text, "url"))).body).toMatch(/^login /);
    expect(await use("list_previews")).toMatch(/^previews 1-1 of 1: .*\nfeature-login Feature\/login healthy /);
    expect(await use("get_preview", { preview: "feature-login" })).toContain("\nattempts 1-1 of 1: ");
    expect(await use("get_workload_logs", { preview: "Feature/login" })).toContain("serving login");
    expect(await use("stop_preview", { preview: "Feature/login" })).toContain("status: stopping\n");
    await expect
      .poll(() => use("wait_for_deployment", { preview: "feature-login", timeout_seconds: 1 }), { timeout: 30_000 })
      .toContain("There is no preview feature-login. The last one went: somebody ended it.");
    expect(await refused("get_preview", { preview: "feature-login" })).toContain("What exists: list_previews.");
  });
});

test("the platform's words for what is wrong reach the agent", async () => {
  expect(await refused("get_deployment", { environment: "preview" })).toContain(
    'get_deployment failed: 404 "deployment"',
  );
  expect(await refused("update_deployment", { environment, image_ref: "a b" })).toContain(
    "Correct the arguments and call again.",
  );
  expect(await refused("sync_ops_repo", { ops_repo_id: "00000000-0000-4000-8000-000000000001" })).toContain(
    "What exists: list_ops_repos.",
  );
  expect(await use("list_ops_repos")).toMatch(/^no ops_repos\. /);
});

test("a token that may only read is refused by name, and changes nothing", async () => {
  const response = await fetch(`${platform.served.url}/api/tokens`, {
    method: "POST",
    headers: { authorization: `Bearer ${platform.token}`, "content-type": "application/json" },
    body: JSON.stringify({ name: "reader", scopes: ["project:read", "deploy:read"], project_id: project.id }),
  });
  const { token } = JSON.parse(await response.text());
  await using reader = new StdioServer({
    file,
    env: { ...env, PLATFORM_API_TOKEN: token },
  });
  await reader.initialize();
  const before = await use("get_deploy_history", { environment });
  const calls = {
    create_deployment: { environment: "preview", image_ref: "a:1" },
    update_deployment: { environment },
    rollback_deploy: { environment },
  };
  for (const [tool, args] of Object.entries(calls)) {
    const { text, isError } = await call(reader, tool, args);
    expect(isError).toBe(true);
    expect(text).toContain(`${tool} failed: 403`);
    expect(text).toContain("This session lacks the permission deploy:promote on this project");
  }
  expect(await use("get_deploy_history", { environment })).toBe(before);
});

test("as data, every answer fits the schema that is announced", async () => {
  await using data = await openDataServer({ file, env });
  const calls: readonly (readonly [name: string, args: Record<string, unknown>])[] = [
    ["list_deployments", {}],
    ["get_deployment", { environment }],
    ["update_deployment", { environment }],
    ["wait_for_deployment", { environment }],
    ["get_deploy_history", { environment }],
    ["get_workload_logs", { environment }],
    ["list_previews", {}],
    ["list_ops_repos", {}],
  ];
  for (const [name, args] of calls) await data.data(name, args);
});
