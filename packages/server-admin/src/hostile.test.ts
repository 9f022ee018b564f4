import { hostileText } from "@platform-mcp/server-kit/testing";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  assignmentOf,
  auditor,
  delegationWith,
  directory,
  idOf,
  listed,
  project,
  sendJson,
  standInPlatform,
  userWith,
} from "./testing/stand-in-platform.ts";

const text = hostileText({ minLength: 1, maxLength: 200 });
const numRuns = 40;
const id = idOf(1);

/** A platform on which whatever can be written says this. */
const platformSaying = (hostile: () => string, options = {}) => {
  const answers: Readonly<Record<string, () => object>> = {
    [`GET /api/users/${id}`]: () => userWith({ name: hostile(), display_name: hostile(), email: hostile() }),
    "GET /api/users/list": () => listed(userWith({ name: hostile(), display_name: hostile(), email: hostile() })),
    "GET /api/admin/roles": () => [{ ...auditor, name: hostile(), description: hostile() }],
    "GET /api/admin/permissions": () => [],
    [`GET /api/admin/users/${id}/roles`]: () => [assignmentOf({ id: auditor.id, name: hostile() }, null)],
    [`GET /api/admin/users/${id}/permissions`]: () => ({
      global: [
        {
          permission: "deploy:read",
          sources: [{ kind: "role", name: hostile(), id, project_id: null, expires_at: null }],
        },
      ],
      project: null,
    }),
    "GET /api/admin/delegations": () => [
      delegationWith({ delegator_name: hostile(), delegate_name: hostile(), reason: hostile() }),
    ],
    "GET /api/admin/config": () => [
      {
        ...{ key: "agent_image", value: hostile(), default: hostile(), source: "set", type: "string" },
        ...{ description: hostile(), updated_at: null, updated_by: null },
      },
    ],
    "GET /api/admin/audit-log": () =>
      listed({
        ...{ id: "1", recorded_at: "2026-11-20T10:00:00Z", actor_id: id, actor_name: hostile(), actor_type: "human" },
        ...{ on_behalf_of: null, token_id: null, action: hostile(), resource: "user", resource_id: hostile() },
        ...{ project_id: null, before: { [hostile()]: hostile() }, after: null, ip: null, outcome: "done" },
        request_id: null,
      }),
    "GET ": () => ({ id: project, name: hostile() }),
  };
  const routes = Object.entries(answers).map(([route, answer]) => [
    route,
    (response: Parameters<ReturnType<typeof sendJson>>[0]) => sendJson(200, answer())(response),
  ]);
  return standInPlatform({ routes: { ...directory, ...Object.fromEntries(routes) }, ...options });
};

/** Each tool that shows what users wrote, and the lines of its answer about one of everything. */
const readers: readonly (readonly [tool: string, args: object, lines: number])[] = [
  ["list_users", {}, 2],
  ["list_roles", {}, 3],
  ["get_user", { user: id }, 10],
  ["list_delegations", { user: id }, 2],
  ["get_platform_config", {}, 2],
  ["search_audit_log", {}, 3],
];

test.each(readers)("%s stays as many lines as it is, whatever users wrote", async (tool, args, lines) => {
  let hostile = "";
  await using platform = await platformSaying(() => hostile);
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      hostile = written;
      const { text: shown, isError } = await platform.call(tool, args);
      expect(isError, shown).toBe(false);
      expect(shown.split("\n"), shown).toHaveLength(lines);
    }),
    { numRuns },
  );
});

const askers: readonly (readonly [tool: string, args: object, asks: RegExp])[] = [
  ["deactivate_user", { user: id }, /^Deactivate .*, and end their sessions, tokens and delegations at once\?$/],
  ["assign_role", { user: id, role: auditor.id }, /^Give .* the role .* on project .*, which grants project:read\?$/],
  [
    "update_role",
    { role: auditor.id, permissions: [] },
    /^Change role .* to no longer grant .*, for everybody who .*\?$/,
  ],
  ["update_platform_config", { values: { agent_image: null } }, /^Set for the whole platform agent_image from .*\?$/],
  ["update_project", { visibility: "public" }, /^Change of project .* the visibility from .* to public\?$/],
];

test.each(askers)("the question of %s stays one sentence, whatever users wrote", async (tool, args, asks) => {
  let hostile = "";
  await using platform = await platformSaying(() => hostile, { options: { confirm: true }, reply: () => "decline" });
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      hostile = written;
      const { asked } = await platform.call(tool, args);
      expect(asked).toEqual([expect.stringMatching(asks)]);
    }),
    { numRuns },
  );
});
