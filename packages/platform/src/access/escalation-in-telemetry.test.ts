import { randomBytes, randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createIngestKey, type IngestSource } from "../observe/ingest-key.ts";
import { logsRequest, sendJson, spansRequest } from "../observe/otlp/testing/otlp-client.ts";
import { openMasterKey } from "../secrets/master-key.ts";
import { SessionProject } from "../sessions/testing/session-project.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { type Attempts, attemptsOn, type Someone } from "./testing/attempts.ts";

/** Every test is an attempt to read or write telemetry, or to be told by it, of what one has no business with. */
let platform: TestPlatform;
let attempts: Attempts;
/** Owns `mine`, and is nobody in `theirs`. */
let intruder: Someone;
let mine: SessionProject;
let theirs: SessionProject;
let owner: string;
let admin: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  attempts = attemptsOn(platform);
  intruder = await attempts.someone([]);
  const victim = await attempts.someone([]);
  mine = await SessionProject.create(platform, intruder.name, "mine");
  theirs = await SessionProject.create(platform, victim.name, "theirs");
  owner = victim.token;
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

const refused: Attempts["refused"] = (...args) => attempts.refused(...args);
const get = (path: string, token: string) => platform.send("GET", `/api/observe/${path}`, token);

async function keyOf(source: IngestSource): Promise<string> {
  const config = { masterKey: undefined, databaseUrl: undefined, dataDirectory: platform.dataDirectory };
  return createIngestKey(await openMasterKey(config, platform.db), source) ?? "";
}

/** Their logs that hold a text; nothing that anybody else has written may be among them. */
async function theirLogs(q: string): Promise<unknown[]> {
  const { body } = await get(`logs?${new URLSearchParams({ q, project_id: theirs.id })}`, owner);
  return body.items;
}

describe("by sending telemetry", () => {
  test("write as another project, by a resource, a record or a session", async () => {
    const session = await theirs.start(owner);
    const text = randomUUID();
    const attributes = { "platform.project_id": theirs.id };
    const bound = await platform.token({ user: "admin", project: mine.id });
    const requests = [
      logsRequest([text], { resource: attributes }),
      logsRequest([text], { attributes }),
      logsRequest([text], { resource: { "platform.session_id": session.id } }),
      logsRequest([text], { resource: { ...attributes, "platform.session_id": session.id } }),
      // The record says otherwise than its resource.
      logsRequest([text], { resource: { "platform.project_id": mine.id }, attributes }),
    ];
    for (const request of requests) {
      const { status, body } = await sendJson(platform, "logs", intruder.token, request);
      expect([status, body.permission, body.message]).toEqual([
        403,
        "observe:write",
        expect.stringContaining("missing"),
      ]);
    }
    for (const request of [requests[0], requests[1]]) {
      expect((await sendJson(platform, "logs", bound, request ?? {})).status).toBe(403);
    }
    expect(await theirLogs(text)).toEqual([]);
  });

  test("make it look as if another project's session had said it", async () => {
    const session = await theirs.start(owner);
    const text = randomUUID();
    const resource = { "platform.project_id": mine.id, "platform.session_id": session.id };
    const { body } = await sendJson(platform, "logs", intruder.token, logsRequest([text], { resource }));
    expect(body.partialSuccess.rejectedLogRecords).toBe("1");
    const { body: timeline } = await get(`sessions/${session.id}/timeline`, owner);
    expect(JSON.stringify(timeline)).not.toContain(text);
  });

  test("write as the platform itself, or to a project on which one may only read", async () => {
    const reader = await attempts.someone(["observe:read"]);
    const narrow = await platform.token({ user: "admin", scopes: ["observe:read", "project:write"] });
    const bound = await platform.token({ user: "admin", project: mine.id, scopes: ["observe:read"] });
    const resource = { "platform.project_id": mine.id };
    for (const token of [reader.token, narrow, bound]) {
      expect((await sendJson(platform, "logs", token, logsRequest(["x"], { resource }))).status).toBe(403);
      expect((await sendJson(platform, "traces", token, spansRequest(1))).status).toBe(403);
    }
    expect((await sendJson(platform, "traces", intruder.token, spansRequest(1))).status).toBe(403);
  });

  test("write as another session than one's own, as an agent", async () => {
    const [own, other] = [await mine.start(intruder.token), await theirs.start(owner)];
    const token = await mine.launch(own);
    const text = randomUUID();
    const resource = { "platform.project_id": theirs.id, "platform.session_id": other.id };
    expect((await sendJson(platform, "logs", token, logsRequest([text], { resource }))).status).toBe(200);
    expect(await theirLogs(text)).toEqual([]);
    const stored = platform.db.selectFrom("telemetry_logs").where("message", "=", text);
    expect(await stored.select(["project_id", "session_id"]).execute()).toEqual([
      { project_id: mine.id, session_id: own.id },
    ]);
  });

  test("get into somebody else's trace by naming its id, or see it by that", async () => {
    const request = spansRequest(2, "theirs");
    const [{ scopeSpans = [] } = {}] = request.resourceSpans;
    const traceId = scopeSpans[0]?.spans[0]?.traceId ?? "";
    const bound = await platform.token({ user: "admin", project: theirs.id });
    expect((await sendJson(platform, "traces", bound, request)).status).toBe(200);
    await refused(404, "GET", `/api/observe/traces/${traceId}`, intruder.token);

    const own = await platform.token({ user: intruder.name, project: mine.id });
    const forged = { ...spansRequest(1, "forged").resourceSpans[0], scopeSpans: [{ spans: [spanOf(traceId)] }] };
    expect((await sendJson(platform, "traces", own, { resourceSpans: [forged] })).status).toBe(200);
    const servicesOf = async (token: string) => {
      const { body } = await get(`traces/${traceId}`, token);
      return new Set(body.spans.map(({ service }: { service: string }) => service));
    };
    expect(await servicesOf(intruder.token)).toEqual(new Set(["forged"]));
    expect(await servicesOf(owner)).toEqual(new Set(["theirs"]));
  });
});

function spanOf(traceId: string) {
  const at = String(BigInt(Date.now()) * 1_000_000n);
  const times = { startTimeUnixNano: at, endTimeUnixNano: at };
  return { traceId, spanId: randomBytes(8).toString("hex"), name: "x", kind: 1, ...times };
}

describe("by an ingest key", () => {
  test("use it for anything but telemetry, or read that with it", async () => {
    const session = await mine.start(intruder.token);
    await mine.launch(session);
    const key = await keyOf({ kind: "session", projectId: mine.id, sourceId: session.id });
    expect((await sendJson(platform, "logs", key, logsRequest(["x"]))).status).toBe(200);
    const paths = [
      "/api/observe/logs",
      `/api/observe/logs?project_id=${mine.id}`,
      `/api/observe/sessions/${session.id}/timeline`,
      "/api/auth/me",
      "/api/tokens",
      "/metrics",
      `/api/projects/${mine.id}`,
    ];
    for (const path of paths) expect([path, (await platform.request(path, key)).status]).toEqual([path, 401]);
    await refused(401, "POST", "/api/tokens", key, { name: "more" });
    const basic = { authorization: `Basic ${Buffer.from(`x:${key}`).toString("base64")}` };
    expect((await platform.request("/api/auth/me", undefined, { headers: basic })).status).toBe(401);
  });

  test("forge one, or turn one's own into another's", async () => {
    const session = await mine.start(intruder.token);
    await mine.launch(session);
    const other = await theirs.start(owner);
    await theirs.launch(other);
    const key = await keyOf({ kind: "session", projectId: mine.id, sourceId: session.id });
    const digits = (id: string) => id.replaceAll("-", "");
    const flipped = `${key.slice(0, -1)}${key.endsWith("0") ? "1" : "0"}`;
    const forged = [
      flipped,
      key.replace(digits(mine.id), digits(theirs.id)),
      key.replace(digits(session.id), digits(other.id)),
      // Of a kind that is looked after less.
      key.replace("plat_otlp_02", "plat_otlp_01"),
      `${key}00`,
      "plat_otlp_",
      `plat_otlp_${"0".repeat(130)}`,
      // Rightly made, but of a session that is none of the project's.
      await keyOf({ kind: "session", projectId: theirs.id, sourceId: session.id }),
    ];
    for (const token of forged) {
      expect(token).not.toBe(key);
      expect([token, (await sendJson(platform, "logs", token, logsRequest(["x"]))).status]).toEqual([token, 401]);
    }
  });

  test("go on with it when the session has ended", async () => {
    const session = await mine.start(intruder.token);
    await mine.launch(session);
    const key = await keyOf({ kind: "session", projectId: mine.id, sourceId: session.id });
    const ended = platform.db.updateTable("agent_sessions").where("id", "=", session.id);
    await ended.set({ status: "stopped", claimed_by: null }).execute();
    expect((await sendJson(platform, "logs", key, logsRequest(["x"]))).status).toBe(401);
  });
});

describe("by reading telemetry", () => {
  test("read another project's, everybody's or the platform's own", async () => {
    const session = await theirs.start(owner);
    const bound = await platform.token({ user: "admin", project: mine.id });
    const narrow = await platform.token({ user: "admin", scopes: ["project:read", "observe:write"] });
    for (const kind of ["logs", "traces", "metrics?name=x", "metrics/names", "alerts"]) {
      const there = `/api/observe/${kind}${kind.includes("?") ? "&" : "?"}project_id=${theirs.id}`;
      for (const token of [intruder.token, bound]) {
        expect((await refused(404, "GET", there, token)).error).toBe("project");
        expect((await refused(403, "GET", `/api/observe/${kind}`, token)).permission).toBe("observe:read");
      }
      expect((await refused(403, "GET", there, narrow)).permission).toBe("observe:read");
    }
    for (const token of [intruder.token, bound]) {
      expect((await refused(404, "GET", `/api/observe/sessions/${session.id}/timeline`, token)).error).toBe("session");
    }
  });

  test("read one's own project's as an agent that was not lent to", async () => {
    const session = await mine.start(intruder.token);
    const token = await mine.launch(session);
    const path = `/api/observe/logs?project_id=${mine.id}`;
    expect((await refused(403, "GET", path, token)).permission).toBe("observe:read");
    const lent = await mine.launch(await mine.start(intruder.token, { delegate_observe: true }));
    expect((await platform.send("GET", path, lent)).status).toBe(200);
    await refused(404, "GET", `/api/observe/logs?project_id=${theirs.id}`, lent);
    await refused(403, "GET", "/api/observe/logs", lent);
  });
});

describe("by alert rules", () => {
  const rule = { name: "spy", query: "metric:secret.sales", condition: "gt", threshold: 0 };

  test("be told of another project, or of the platform as a whole", async () => {
    const bound = await platform.token({ user: "admin", project: mine.id });
    for (const token of [intruder.token, bound]) {
      await refused(404, "POST", "/api/observe/alerts", token, { ...rule, project_id: theirs.id });
      const { permission } = await refused(403, "POST", "/api/observe/alerts", token, rule);
      expect(permission).toBe("alert:manage");
    }
  });

  test("move one's own rule there, or see, change and delete those that are there", async () => {
    const own = await platform.send("POST", "/api/observe/alerts", intruder.token, { ...rule, project_id: mine.id });
    expect(own.status).toBe(201);
    const path = "/api/observe/alerts";
    await platform.send("PATCH", `${path}/${own.body.id}`, intruder.token, { project_id: theirs.id, name: "moved" });
    const { body: moved } = await platform.send("GET", `${path}/${own.body.id}`, intruder.token);
    expect(moved.project_id).toBe(mine.id);
    for (const [project_id, token] of [
      [theirs.id, owner],
      [null, admin],
    ] as const) {
      const { body } = await platform.send("POST", path, token, { ...rule, project_id });
      await refused(404, "GET", `${path}/${body.id}`, intruder.token);
      await refused(404, "GET", `${path}/${body.id}/events`, intruder.token);
      await refused(404, "PATCH", `${path}/${body.id}`, intruder.token, { enabled: false });
      await refused(404, "DELETE", `${path}/${body.id}`, intruder.token);
      expect((await platform.send("GET", `${path}/${body.id}`, token)).body.enabled).toBe(true);
    }
  });

  test("name another project within the query", async () => {
    for (const labels of [{ project_id: theirs.id }, { "platform.project_id": theirs.id }]) {
      const query = `metric:secret.sales labels:${JSON.stringify(labels)}`;
      const wanted = { ...rule, query, project_id: mine.id };
      const { status, body } = await platform.send("POST", "/api/observe/alerts", intruder.token, wanted);
      expect([status, body.project_id]).toEqual([201, mine.id]);
    }
    await refused(400, "POST", "/api/observe/alerts", intruder.token, {
      ...rule,
      query: `metric:secret.sales project:${theirs.id}`,
      project_id: mine.id,
    });
  });
});
