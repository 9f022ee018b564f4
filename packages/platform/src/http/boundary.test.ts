import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { endpoints } from "@platform-mcp/client/contract";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { repositoriesIn } from "../git/repositories.ts";
import { usualLimits } from "../ops-repos/sync/fetch-commit.ts";
import { Snapshots } from "../ops-repos/sync/snapshots.ts";
import { parseAllowList } from "../outbound/allow-list.ts";
import { Outbound } from "../outbound/outbound.ts";
import { fileBlobsIn } from "../pipelines/artifacts/file-blobs.ts";
import { logStoreIn } from "../pipelines/logs/log-store.ts";
import { allRoutes } from "../routes.ts";
import { EventFeed } from "../sessions/events/event-feed.ts";
import { testSettings } from "../settings/testing/test-settings.ts";
import { createMetrics } from "../telemetry/metrics.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

async function answer(path: string, token?: string, init?: RequestInit) {
  const response = await platform.request(path, token, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text === "" ? undefined : JSON.parse(text) };
}

const post = (body: string, contentType = "application/json"): RequestInit => ({
  method: "POST",
  body,
  headers: { "content-type": contentType },
});

test("every endpoint of the contract is implemented, once", () => {
  const key = ({ method, path }: { method: string; path: string }) => `${method} ${path}`;
  const [repositories, logger] = [repositoriesIn("/nowhere"), pino({ level: "silent" })];
  const outbound = new Outbound({ allow: parseAllowList("") });
  const snapshots = new Snapshots("/nowhere");
  const implemented = allRoutes({
    metrics: createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 }),
    repositories,
    version: "0",
    secureCookies: false,
    masterKey: { missing: "" },
    merging: { db: platform.db, logger, minimumLockAge: 0 },
    logs: logStoreIn("/nowhere"),
    blobs: fileBlobsIn("/nowhere"),
    settings: testSettings,
    outbound,
    opsRepos: {
      db: platform.db,
      repositories,
      logger,
      outbound,
      snapshots,
      limits: usualLimits,
      appsDomain: undefined,
    },
    feed: new EventFeed({ db: platform.db, wakeups: { on: () => () => {}, close: async () => {} } }),
    readWorkloadLogs: async () => "",
  }).map(({ endpoint }) => key(endpoint));
  expect(implemented.sort()).toEqual(endpoints.map(key).sort());
});

test("every endpoint but the two for probes and the login asks for a credential", async () => {
  const open: string[] = [];
  for (const { method, path } of endpoints) {
    const url = path.replace(/\{\w+\}/g, "00000000-0000-4000-8000-000000000000");
    const { status } = await platform.request(url, undefined, { method });
    if (status !== 401) open.push(path);
  }
  expect(open.sort()).toEqual(["/api/auth/login", "/healthz", "/readyz"]);
});

describe("credentials", () => {
  test("that are none, garbage, expired, revoked, or of a deactivated user are refused alike", async () => {
    const userId = await platform.addUser("leaver");
    const leaver = await platform.token({ user: "leaver" });
    const expired = await platform.token({ user: "admin", expiresInDays: -1 });
    expect((await answer("/api/auth/me", leaver)).status).toBe(200);
    await platform.db.updateTable("users").set({ is_active: false }).where("id", "=", userId).execute();
    for (const token of [undefined, "", "garbage", `plat_api_${"0".repeat(64)}`, expired, leaver]) {
      const { status, body, headers } = await answer("/api/auth/me", token);
      expect(status).toBe(401);
      expect(body).toEqual({ error: "unauthorized", request_id: expect.any(String) });
      expect(headers.get("www-authenticate")).toBe("Bearer");
    }
  });

  test("say what they may do", async () => {
    const project = await platform.addProject("admin", "scoped");
    const token = await platform.token({ user: "admin", scopes: ["project:read", "deploy:read"], project });
    const { body } = await answer(`/api/auth/me?project_id=${project}`, token);
    expect(body.permissions.global).toEqual([]);
    expect(body.permissions.project.sort()).toEqual(["deploy:read", "project:read"]);
    expect(body.token).toMatchObject({ name: "test", scopes: ["project:read", "deploy:read"], project_id: project });
    expect(JSON.stringify(body)).not.toContain(token);
  });
});

describe("an error", () => {
  test("on an unknown path is JSON, whatever the method", async () => {
    for (const method of ["GET", "POST", "DELETE", "PROPFIND"]) {
      const { status, body } = await answer("/api/nothing/here", admin, { method });
      expect([status, body.error]).toEqual([404, "not found"]);
    }
  });

  test("for a wrong method says which are right", async () => {
    const { status, body, headers } = await answer("/api/projects", admin, { method: "PUT" });
    expect([status, body.error, headers.get("allow")]).toEqual([405, "method not allowed", "GET, HEAD, POST"]);
  });

  test("tells malformed JSON, a wrong content type, an oversized body and wrong values apart", async () => {
    expect((await answer("/api/projects", admin, post('{"name":'))).status).toBe(400);
    expect((await answer("/api/projects", admin, post(""))).status).toBe(400);
    expect((await answer("/api/projects", admin, post("name=x", "text/plain"))).status).toBe(415);
    expect((await answer("/api/projects", admin, post(JSON.stringify({ name: "x".repeat(3_000_000) })))).status).toBe(
      413,
    );
    const wrong = await answer("/api/projects", admin, post(JSON.stringify({ name: "a/b", visibility: "secret" })));
    expect(wrong.status).toBe(400);
    expect(wrong.body.fields.map(({ path }: { path: string }) => path).sort()).toEqual(["name", "visibility"]);
  });

  test("in the query or the path names the value", async () => {
    for (const [path, field] of [
      ["/api/projects?limit=-1", "limit"],
      ["/api/projects?limit=ten", "limit"],
      ["/api/projects?limit=", "limit"],
      ["/api/projects?limit=1&limit=2", "limit"],
      ["/api/projects/not-a-uuid", "project_id"],
    ] as const) {
      const { status, body } = await answer(path, admin);
      expect(status, path).toBe(400);
      expect(body.fields[0].path).toBe(field);
    }
  });

  test("comes before anything is parsed when the credential is wrong", async () => {
    expect((await answer("/api/projects/not-a-uuid", "garbage")).status).toBe(401);
    expect((await answer("/api/projects", "garbage", post("{"))).status).toBe(401);
  });

  test("carries the caller's request id, if it is one", async () => {
    const withId = (id: string) => answer("/api/nothing", admin, { headers: { "x-request-id": id } });
    expect((await withId("abc-123")).body.request_id).toBe("abc-123");
    expect((await withId("<script>")).body.request_id).toMatch(/^[0-9a-f-]{36}$/);
  });
});

describe("a project", () => {
  const create = (name: string, more = {}) => answer("/api/projects", admin, post(JSON.stringify({ name, ...more })));

  test("is made, changed, cleared and deleted, and its name is free again", async () => {
    const { status, body: created } = await create("life", { description: "first", agent_image: "node:22" });
    expect(status).toBe(201);
    expect(created).toMatchObject({
      name: "life",
      visibility: "private",
      default_branch: "main",
      git_path: "/admin/life.git",
    });
    const path = `/api/projects/${created.id}`;
    const patch = (body: object) => answer(path, admin, { ...post(JSON.stringify(body)), method: "PATCH" });
    expect((await patch({ agent_image: null })).body).toMatchObject({ description: "first", agent_image: null });
    expect((await patch({})).body.description).toBe("first");
    expect((await create("life")).status).toBe(409);
    expect((await answer(path, admin, { method: "DELETE" })).body).toEqual({ ok: true });
    expect((await answer(path, admin)).status).toBe(404);
    expect((await create("life")).status).toBe(201);
  });

  test("takes another default branch, which is then what an omitted ref means", async () => {
    const { body: created } = await create("moved");
    const path = `/api/projects/${created.id}`;
    const patch = (body: object) => answer(path, admin, { ...post(JSON.stringify(body)), method: "PATCH" });
    expect((await patch({ default_branch: "trunk" })).body.default_branch).toBe("trunk");
    const repository = platform.repositories.of(created.id).path;
    expect(await readFile(join(repository, "HEAD"), "utf8")).toBe("ref: refs/heads/trunk\n");
    expect((await patch({ default_branch: "-x y" })).status).toBe(400);
    expect((await answer(path, admin)).body.default_branch).toBe("trunk");
  });

  test("is hidden from strangers, and closed to readers who want to write", async () => {
    await platform.addUser("reader", [{ role: "viewer" }]);
    await platform.addUser("stranger");
    const { body } = await create("closed");
    const path = `/api/projects/${body.id}`;
    const reader = await platform.token({ user: "reader" });
    const stranger = await platform.token({ user: "stranger" });
    const attempt = async (token: string, method: string) => {
      const init = method === "PATCH" ? { ...post("{}"), method } : { method };
      const { status, body: error } = await answer(path, token, init);
      return [status, error.permission];
    };
    expect(await attempt(stranger, "GET")).toEqual([404, undefined]);
    expect(await attempt(stranger, "PATCH")).toEqual([404, undefined]);
    expect(await attempt(reader, "GET")).toEqual([200, undefined]);
    expect(await attempt(reader, "PATCH")).toEqual([403, "project:write"]);
    expect(await attempt(reader, "DELETE")).toEqual([403, "project:delete"]);
  });

  test("with a bad default branch is refused and leaves nothing", async () => {
    const { status } = await create("bad-branch", { default_branch: "-x y" });
    expect(status).toBe(400);
    expect((await create("bad-branch")).status).toBe(201);
  });
});

test("the API describes itself: every endpoint of the contract is in the OpenAPI document", async () => {
  const { body } = await answer("/openapi.json");
  const described = Object.entries(body.paths).flatMap(([path, methods]) =>
    Object.keys(Object(methods)).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.sort()).toEqual(endpoints.map(({ method, path }) => `${method} ${path}`).sort());
  expect(body.paths["/api/projects"].get.parameters.map(({ name }: { name: string }) => name)).toContain("visibility");
});

test("editors get the schema of .platform.yaml", async () => {
  const { body } = await answer("/platform-yaml.schema.json");
  expect(body).toMatchObject({ title: ".platform.yaml", required: ["pipeline"] });
});

test("probes: alive at once, ready once the database answers", async () => {
  const health = await platform.request("/healthz");
  expect([health.status, await health.text(), health.headers.get("content-type")]).toEqual([
    200,
    "ok\n",
    "text/plain; charset=utf-8",
  ]);
  expect((await answer("/readyz")).body.ready).toBe(true);
});
