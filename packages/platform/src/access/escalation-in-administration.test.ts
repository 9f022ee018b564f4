import { permissions } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { testSettings } from "../settings/testing/test-settings.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { type Attempts, attemptsOn } from "./testing/attempts.ts";

/** Every test is an attempt to govern more than one has been given, or to be let by what one governs. */
let platform: TestPlatform;
let attempts: Attempts;
let admin: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  attempts = attemptsOn(platform);
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const refused: Attempts["refused"] = (...args) => attempts.refused(...args);
const config = "/api/admin/config";

async function settings(): Promise<unknown> {
  return (await platform.send("GET", config, admin)).body;
}

describe("by the configuration", () => {
  const images = [
    { agent_image: "evil.example/agent:1" },
    { agent_image: null },
    { agent_image_prefixes: ["evil.example"] },
    { agent_image_prefixes: [] },
    { agent_image_prefixes: null },
  ];

  test("have others' agents run in an image of one's own, as somebody who may configure, but not do all they may", async () => {
    const configures = await attempts.someone(["admin:config"]);
    const all = permissions.filter((permission) => permission !== "secret:read");
    const almost = await attempts.someone(all);
    const narrow = await platform.token({ user: "admin", scopes: ["admin:config"] });
    const before = await settings();
    for (const values of images) {
      for (const token of [configures.token, almost.token, narrow]) {
        const { permission, detail } = await refused(403, "PATCH", config, token, { values });
        expect(permission).toBe(token === almost.token ? "secret:read" : "project:read");
        expect(detail).toContain("takes every permission");
      }
    }
    expect(await settings()).toEqual(before);
  });

  test("have later agents run in an image of its own, as an agent that is lent everything", async () => {
    const agent = await attempts.agentOf({ name: "admin" }, permissions);
    for (const values of images) {
      expect((await refused(403, "PATCH", config, agent.token, { values })).permission).toBe("admin:users");
    }
    expect((await platform.send("PATCH", config, agent.token, { values: { max_previews: 10 } })).status).toBe(200);
  });

  test("have it slip in beside something that one may set", async () => {
    const { token } = await attempts.someone(["admin:config"]);
    const before = await settings();
    const values = { max_previews: 1, agent_image: "evil.example/agent:1" };
    await refused(403, "PATCH", config, token, { values });
    expect(await settings()).toEqual(before);
  });

  test("set it with everything that is only lent to one", async () => {
    const borrower = await attempts.someone(["admin:config"]);
    for (const permission of permissions) await platform.lend({ from: "admin", to: borrower.name, permission });
    await refused(403, "PATCH", config, borrower.token, { values: images[0] ?? {} });
  });

  test("set or read anything with a right on a project, or with a token that is bound to one", async () => {
    const project = await attempts.newProject("admin");
    const there = await attempts.someone([...permissions], { project });
    const bound = await platform.token({ user: "admin", project });
    for (const token of [there.token, bound]) {
      const body = { values: { preview_ttl_hours: 1 } };
      expect((await refused(403, "PATCH", config, token, body)).permission).toBe("admin:config");
      expect((await refused(403, "GET", config, token)).permission).toBe("admin:config");
    }
  });

  test("run an image that is not allowed, as the owner of a project", async () => {
    const owner = await attempts.someone(["agent:run"]);
    const project = await attempts.newProject(owner.name);
    const image = "evil.example/agent:1";
    const values = { agent_image_prefixes: ["good.example"] };
    expect((await platform.send("PATCH", config, admin, { values })).status).toBe(200);
    const path = `/api/projects/${project}`;
    await refused(400, "PATCH", path, owner.token, { agent_image: image });
    // As it was set when it was allowed.
    await platform.db.updateTable("projects").set({ agent_image: image }).where("id", "=", project).execute();
    for (const config of [{}, { image }, { image: `good.example.${image}` }, { image: "good.example/../evil/x" }]) {
      const { fields } = await refused(400, "POST", `${path}/sessions`, owner.token, { prompt: "x", config });
      expect(fields[0].path).toBe("config.image");
    }
    await platform.send("PATCH", config, admin, { values: { agent_image_prefixes: null } });
  });
});

describe("by the image of a project", () => {
  const imageOf = async (id: string) => {
    const session = platform.db.selectFrom("agent_sessions").where("id", "=", id).select("image");
    return (await session.executeTakeFirstOrThrow()).image;
  };

  test("be handed what an administrator's agent is lent, as the owner of a project", async () => {
    const owner = await attempts.someone(["project:write"]);
    const image = "evil.example/agent:1";
    const project = { name: "trap", agent_image: image };
    const path = `/api/projects/${(await platform.send("POST", "/api/projects", owner.token, project)).body.id}`;
    const start = async (config: object) => {
      const { status, body } = await platform.send("POST", `${path}/sessions`, admin, { prompt: "x", config });
      expect(status).toBe(201);
      return await imageOf(body.id);
    };
    const { agent_image } = testSettings;
    expect(await start({ role: "admin" })).not.toBe(image);
    // Others' agents are lent what is of the project; and an administrator may choose the image.
    expect(await start({})).toBe(image);
    expect(await start({ role: "admin", image: agent_image })).toBe(agent_image);
  });
});

describe("by others' tokens and permissions", () => {
  const targets = async () => {
    const user_id = await platform.idOf("users", "admin");
    const { id } = (await platform.send("POST", "/api/tokens", admin, { name: "theirs" })).body;
    return { user_id, token_id: id as string };
  };

  test("see or revoke them without admin:users, or with it on a project or by a token that is bound to one", async () => {
    const { user_id, token_id } = await targets();
    const project = await attempts.newProject("admin");
    const callers = [
      (await attempts.someone(permissions.filter((permission) => permission !== "admin:users"))).token,
      (await attempts.someone([...permissions], { project })).token,
      await platform.token({ user: "admin", project }),
      await platform.token({ user: "admin", scopes: ["admin:roles", "admin:delegate", "admin:config"] }),
    ];
    const path = `/api/admin/users/${user_id}`;
    for (const token of callers) {
      for (const [method, rest] of [
        ["GET", "tokens"],
        ["DELETE", `tokens/${token_id}`],
        ["GET", "permissions"],
        ["GET", `permissions?project_id=${project}`],
      ] as const) {
        expect((await refused(403, method, `${path}/${rest}`, token)).permission).toBe("admin:users");
      }
    }
    const { body } = await platform.send("GET", `${path}/tokens`, admin);
    expect(body.map(({ id }: { id: string }) => id)).toContain(token_id);
  });

  test("use what is listed", async () => {
    const { user_id } = await targets();
    const { token } = await attempts.someone(["admin:users"]);
    const { body } = await platform.send("GET", `/api/admin/users/${user_id}/tokens`, token);
    expect(body.length).toBeGreaterThan(0);
    const fields = ["created_at", "expires_at", "id", "last_used_at", "name", "project_id", "scopes"];
    for (const one of body) expect(Object.keys(one).sort()).toEqual(fields);
  });

  test("revoke a token by another user's path, or nobody's", async () => {
    const { token_id } = await targets();
    const { id } = await attempts.someone([]);
    const nobody = "00000000-0000-4000-8000-000000000000";
    await refused(404, "DELETE", `/api/admin/users/${id}/tokens/${token_id}`, admin);
    await refused(404, "DELETE", `/api/admin/users/${nobody}/tokens/${token_id}`, admin);
    await refused(404, "GET", `/api/admin/users/${nobody}/tokens`, admin);
    await refused(404, "GET", `/api/admin/users/${nobody}/permissions`, admin);
  });
});

describe("by what is kept of others", () => {
  test("see everybody's delegations without admin:delegate, or with it on a project", async () => {
    const project = await attempts.newProject("admin");
    const everythingElse = await attempts.someone(permissions.filter((permission) => permission !== "admin:delegate"));
    const there = await attempts.someone([...permissions], { project });
    const bound = await platform.token({ user: "admin", project });
    for (const token of [everythingElse.token, there.token, bound]) {
      const { permission } = await refused(403, "GET", "/api/admin/delegations?all=true", token);
      expect(permission).toBe("admin:delegate");
    }
  });

  test("see the audit log of one's own project as its owner, or as its agent", async () => {
    const owner = await attempts.someone(["observe:read", "admin:config", "admin:delegate", "admin:roles"]);
    const project = await attempts.newProject(owner.name);
    const agent = await attempts.agentOf(owner, ["project:read", "observe:read"], project);
    const bound = await platform.token({ user: "admin", project });
    for (const token of [owner.token, agent.token, bound]) {
      for (const query of ["", `?project_id=${project}`, `?user_id=${owner.id}`, "?limit=0"]) {
        const { permission } = await refused(403, "GET", `/api/admin/audit-log${query}`, token);
        expect(permission).toBe("admin:users");
      }
    }
  });

  test("change what the audit log says", async () => {
    for (const method of ["POST", "PATCH", "PUT", "DELETE"]) {
      const { status } = await platform.send(method, "/api/admin/audit-log", admin, {});
      expect([method, status]).toEqual([method, 405]);
    }
  });
});
