import { afterAll, beforeAll, expect, test } from "vitest";
import { call } from "../contract/lib/contract.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { serverBundle } from "../lib/bundles.ts";
import { StdioServer } from "../lib/stdio-server.ts";

let platform: PushedPlatform;
/** With a deployment in staging. */
let project: string;
const tokens = { admin: "", reader: "", elsewhere: "" };
type Caller = keyof typeof tokens;
const servers = new Map<Caller, StdioServer>();

beforeAll(async () => {
  platform = await startPushedPlatform();
  project = await platform.addProject("shop");
  const other = await platform.addProject("other");
  const issue = async (scopes: readonly string[], project_id: string) =>
    (await request("admin", "POST", "/api/tokens", { name: "t", scopes, project_id })).body.token;
  tokens.admin = platform.token;
  tokens.reader = await issue(["project:read", "deploy:read"], project);
  tokens.elsewhere = await issue(["project:read", "deploy:read", "deploy:promote"], other);
  await request("admin", "POST", path(), { environment: "staging", image_ref: "registry.example/shop:1" });
  const file = await serverBundle("platform-deploy");
  for (const caller of ["admin", "reader", "elsewhere"] as const) {
    const env = { PLATFORM_API_URL: platform.served.url, PLATFORM_API_TOKEN: tokens[caller], PROJECT_ID: project };
    const server = new StdioServer({ file, env });
    await server.initialize();
    servers.set(caller, server);
  }
}, 240_000);
afterAll(async () => {
  for (const server of servers.values()) await server[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

const path = (more = "") => `/api/projects/${project}/deployments${more}`;

/** As curl sends it. */
async function request(caller: Caller, method: string, to: string, body?: object) {
  const headers = {
    authorization: `Bearer ${tokens[caller]}`,
    ...(body !== undefined && { "content-type": "application/json" }),
  };
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await fetch(`${platform.served.url}${to}`, init);
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const create = ["create_deployment", "POST", ""] as const;
const update = ["update_deployment", "PATCH", "/{environment}"] as const;
const rollback = ["rollback_deploy", "POST", "/{environment}/rollback"] as const;
const history = ["get_deploy_history", "GET", "/{environment}/history"] as const;
const image = { image_ref: "registry.example/shop:2" };
const nowhere = "00000000-0000-4000-8000-000000000001";

type Case = readonly [
  what: string,
  caller: Caller,
  operation: readonly [tool: string, method: string, path: string],
  args: { readonly environment: string } & Readonly<Record<string, unknown>>,
  status: number,
  error: RegExp,
];

const cases: readonly Case[] = [
  [
    "an environment that is none",
    "admin",
    create,
    { environment: "prod", ...image },
    400,
    /preview, staging, production/,
  ],
  [
    "an image with a command",
    "admin",
    create,
    { environment: "preview", image_ref: "a;b" },
    400,
    /forbidden characters/,
  ],
  ["an image of nothing", "admin", create, { environment: "preview", image_ref: "---" }, 400, /alphanumeric/],
  ["another image with a command", "admin", update, { environment: "staging", image_ref: "a b" }, 400, /forbidden/],
  [
    "a status that is asked for otherwise",
    "admin",
    update,
    { environment: "staging", desired_status: "rollback" },
    400,
    /active/,
  ],
  [
    "a path out of the manifests",
    "admin",
    create,
    { environment: "preview", ...image, manifest_path: "../x" },
    400,
    /manifest_path/,
  ],
  [
    "an ops repo that is none",
    "admin",
    create,
    { environment: "preview", ...image, ops_repo_id: nowhere },
    400,
    /ops_repo_id/,
  ],
  ["creating without the right", "reader", create, { environment: "preview", ...image }, 403, /deploy:promote/],
  ["changing without the right", "reader", update, { environment: "staging" }, 403, /deploy:promote/],
  ["going back without the right", "reader", rollback, { environment: "staging" }, 403, /deploy:promote/],
  ["another project's token", "elsewhere", create, { environment: "preview", ...image }, 404, /project/],
  ["changing what is not there", "admin", update, { environment: "production" }, 404, /deployment/],
  ["going back where nothing is", "admin", rollback, { environment: "production" }, 404, /deployment/],
  ["the history of nothing", "admin", history, { environment: "production" }, 404, /deployment/],
  [
    "creating what is there",
    "admin",
    create,
    { environment: "staging", ...image },
    409,
    /staging has a deployment already/,
  ],
  [
    "going back with nothing before",
    "admin",
    rollback,
    { environment: "staging" },
    409,
    /no earlier successful deployment/,
  ],
];

test.each(cases)("%s", async (_, caller, [tool, method, template], args, status, error) => {
  const { environment, ...rest } = args;
  const body = method === "POST" && template === "" ? args : method === "PATCH" ? rest : undefined;
  const answer = await request(caller, method, path(template.replace("{environment}", environment)), body);
  expect([answer.status, JSON.stringify(answer.body)]).toEqual([status, expect.stringMatching(error)]);
  const server = servers.get(caller);
  if (server === undefined) throw new Error("there is no such server");
  const { text, isError } = await call(server, tool, args);
  expect(isError, text).toBe(true);
  expect(text).toMatch(error);
  // What cannot be right is refused before it is sent, in the contract's words.
  if (status !== 400) expect(text).toContain(`${tool} failed: ${status}`);
});

test("and nothing has changed", async () => {
  const { body } = await request("admin", "GET", path());
  expect(body).toMatchObject({
    total: 1,
    items: [{ environment: "staging", image_ref: "registry.example/shop:1", generation: 1 }],
  });
});
