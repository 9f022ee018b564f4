import { once } from "node:events";
import { createServer } from "node:http";
import { createClient, fixedToken, logs, opsRepos, projects, users } from "@platform-mcp/client";
import { expect, test } from "vitest";
import { defaultOptions, getThing } from "../testing/tools.ts";
import { catalogue } from "../tools/catalogue.ts";
import { projectScope } from "../tools/project-scope.ts";
import { definePlatformTool, type Tool } from "../tools/tool.ts";
import { check } from "./check.ts";
import { checkText } from "./check-text.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const platformTool = (name: string, uses: Tool["uses"], needs: Tool["needs"] = []) =>
  definePlatformTool({
    name,
    title: "List",
    description: "List.",
    risk: "read",
    input: {},
    output: {},
    uses,
    needs,
    run: () => Promise.reject(new Error("not called")),
  });
const tools = [
  getThing,
  platformTool("list_each", [projects.listProjects]),
  platformTool("list_named", [logs.searchLogs]),
  platformTool("change_user", [users.updateUser], ["admin:users"]),
  platformTool("list_all", [opsRepos.listOpsRepos]),
];

const everything = ["project:read", "deploy:read", "observe:read", "admin:users"] as const;

/** What the check finds for a token that is good for one project or for all, and may do this there and everywhere. */
async function examine(token: { project_id: string | null }, permissions: { global: string[]; project: string[] }) {
  const answers: Readonly<Record<string, object>> = {
    "/healthz": {},
    "/api/auth/me": { name: "ada", user_type: "human", permissions, token },
    [`/api/projects/${project}`]: { id: project, name: "shop" },
  };
  const server = createServer(({ url = "" }, response) => {
    const answer = answers[new URL(url, "http://platform").pathname];
    response.writeHead(answer ? 200 : 404, { "content-type": "application/json" }).end(JSON.stringify(answer));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  const apiUrl = new URL(`http://127.0.0.1:${address.port}`);
  const config = { apiUrl, token: fixedToken("token", "the test"), projectId: project, sessionId: undefined };
  const client = createClient({ config, product: "test/1", warn: () => {} });
  try {
    return await check(client, config, catalogue(tools, defaultOptions, projectScope(project, defaultOptions)));
  } finally {
    await client.close();
    server.closeAllConnections();
    server.close();
  }
}

test("what is held everywhere is enough for all", async () => {
  const report = await examine({ project_id: null }, { global: [...everything], project: [] });
  expect(report.ok).toBe(true);
  expect(report.tools.map(({ missing }) => missing)).toEqual([[], [], [], [], []]);
});

test("what is held on the project alone is not enough for the whole platform; a token for one project is meant so", async () => {
  const held = { global: [], project: [...everything] };
  const bound = await examine({ project_id: project }, held);
  expect(bound.ok).toBe(true);
  expect(bound.tools.at(-1)).toMatchObject({ name: "list_all", missing: ["deploy:read"], bound: true });
  expect(checkText(bound)).toMatch(
    /^- {4}list_all +deploy:read +refused: it needs deploy:read on the whole platform, and the token is good for one/m,
  );
  const free = await examine({ project_id: null }, held);
  expect(free.ok).toBe(false);
  expect(checkText(free)).toMatch(/^FAIL list_all +deploy:read +lacks deploy:read$/m);
});

test("what is held nowhere is missing, whatever the token is good for", async () => {
  const { ok, tools } = await examine({ project_id: project }, { global: [], project: ["project:read"] });
  expect(ok).toBe(false);
  expect(tools.at(-1)).toEqual({ name: "list_all", permissions: ["deploy:read"], missing: ["deploy:read"] });
});

test("what is asked on the project that a query names is held with the project; what is done to others is not", async () => {
  const held = { global: [], project: ["observe:read", "admin:users"] };
  const { tools } = await examine({ project_id: null }, held);
  const missing = Object.fromEntries(tools.map((tool) => [tool.name, tool.missing]));
  expect(missing).toMatchObject({ list_named: [], change_user: ["admin:users"] });
});

test("every tool has a row: what it needs, and whether the token has it", async () => {
  const text = checkText(await examine({ project_id: null }, { global: ["project:read"], project: ["observe:read"] }));
  expect(text.slice(text.indexOf("\n\n"))).toMatchInlineSnapshot(`
    "

         Tool         Needs         This token
    ok   get_thing    project:read  has it
    ok   list_each    project:read  has it
    ok   list_named   observe:read  has it
    FAIL change_user  admin:users   lacks admin:users
    FAIL list_all     deploy:read   lacks deploy:read

    not ready
    "
  `);
  const unsaid = checkText({
    ok: true,
    steps: [],
    tools: [{ name: "x", permissions: ["project:read"], missing: null }],
  });
  expect(unsaid).toMatch(/^\? {4}x {5}project:read {2}the platform does not say$/m);
});
