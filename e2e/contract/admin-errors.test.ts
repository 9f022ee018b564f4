import { admin } from "@platform-mcp/server-admin";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RefusedServer, refusedServer } from "./lib/error-answers.ts";

const user = "00000000-0000-4000-8000-000000000001";
const delegation_id = "00000000-0000-4000-8000-000000000002";
const email = "ci@example.test";

/** A call of each tool that its arguments do not stop. */
const calls: Readonly<Record<string, object>> = {
  list_users: {},
  get_user: { user },
  create_user: { name: "ada", email },
  update_user: { user, email },
  deactivate_user: { user },
  list_roles: {},
  create_role: { name: "auditor", permissions: [] },
  update_role: { role: "auditor", permissions: [] },
  assign_role: { user, role: "ops" },
  remove_role: { user, role: "ops" },
  list_delegations: {},
  create_delegation: { user, permission: "deploy:read" },
  revoke_delegation: { delegation_id },
  create_service_account: { name: "ci", email },
  get_platform_config: {},
  update_platform_config: { values: { max_previews: 1 } },
  search_audit_log: {},
  update_project: { agent_image: "agents:1" },
};

let server: RefusedServer;
beforeAll(async () => {
  server = await refusedServer("platform-admin", (url) =>
    url.includes("/users/") ? "user" : url.includes("/delegations/") ? "delegation" : "project",
  );
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(admin.tools.map(({ name }) => name));
});

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(calls))("%s", async (name, args) => {
    expect(await server.errorTexts(name, args)).toMatchSnapshot();
  });
});
