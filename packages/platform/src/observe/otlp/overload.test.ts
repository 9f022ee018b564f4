import { request } from "node:http";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { issueToken } from "../../access/tokens.ts";
import { closeWhenAnswered } from "../../http/close-when-answered.ts";
import { createServer } from "../../http/create-server.ts";
import { RateLimiter } from "../../http/rate-limits.ts";
import { createMetrics } from "../../telemetry/metrics.ts";
import { SharedRoom } from "../store/shared-room.ts";
import { openTelemetryScene, type TelemetryScene } from "../store/testing/telemetry-scene.ts";
import { registerOtlp } from "./register-otlp.ts";
import { sendJson, spansRequest } from "./testing/otlp-client.ts";

let scene: TelemetryScene;
let token: string;
beforeAll(async () => {
  scene = await openTelemetryScene();
  const wanted = { userId: (await admin()).id, name: "test", scopes: [], projectId: null, expiresInDays: 1 };
  token = (await issueToken(scene.store.db, wanted)).token;
});
afterAll(() => scene[Symbol.asyncDispose]());

const admin = () =>
  scene.store.db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();

/** A server that takes telemetry, and holds at most so many rows of it, and bytes of bodies; of one sender half. */
async function serve({ rows = 1000, bytes = 1e8, perMinute = 0, patience = 60_000 }) {
  const { db, masterKey } = scene.store;
  const metrics = createMetrics({ totalCount: 0, idleCount: 0, waitingCount: 0 });
  const app = createServer({
    ...{ version: "0", logger: pino({ level: "silent" }), routes: [], trustProxy: false },
    telemetry: { metrics, tracing: undefined },
  });
  const limiter = new RateLimiter({ read: 0, write: 0, expensive: 0, git: 0, ingest: perMinute, anonymous: 0 });
  const telemetry = scene.openWriter({ limits: { rows, bytes: 1e8 } });
  closeWhenAnswered(app);
  registerOtlp(app, { db, masterKey, limiter, telemetry, room: new SharedRoom(bytes), patience });
  const url = await app.listen({ host: "127.0.0.1", port: 0 });
  return { url, [Symbol.asyncDispose]: () => app.close() };
}

const stored = async (service: string) =>
  (await scene.store.db.selectFrom("telemetry_spans").where("service", "=", service).select("span_id").execute())
    .length;

test("what there is no room for is refused at once, to be sent again later; what was taken is there", async () => {
  await using server = await serve({ rows: 1000 });
  // As a database that takes nothing for a while.
  const blocker = await scene.store.pool.connect();
  await blocker.query("begin; lock table telemetry_spans in access exclusive mode");
  const answers: { status: number; retryAfter: string | null }[] = [];
  const sending = Array.from({ length: 40 }, async () => {
    const { status, headers } = await sendJson(server, "traces", token, spansRequest(50, "overloaded"));
    answers.push({ status, retryAfter: headers.get("retry-after") });
  });
  await vi.waitFor(() => expect(answers.length).toBe(30), { timeout: 20_000 });
  expect(answers).toEqual(answers.map(() => ({ status: 503, retryAfter: "1" })));
  await blocker.query("commit");
  blocker.release();
  await Promise.all(sending);
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(10);
  expect(await stored("overloaded")).toBe(500);
  expect((await sendJson(server, "traces", token, spansRequest(50, "overloaded"))).status).toBe(200);
});

test("a project that sends more than can be stored does not keep others from sending", async () => {
  await using server = await serve({ rows: 1000 });
  const { id: owner_id } = await admin();
  const values = ["loud", "quiet"].map((name) => ({ name, owner_id }));
  const projects = await scene.store.db.insertInto("projects").values(values).returning("id").execute();
  const blocker = await scene.store.pool.connect();
  await blocker.query("begin; lock table telemetry_spans in access exclusive mode");
  const send = async (project = "", service = "") =>
    (await sendJson(server, "traces", token, spansRequest(50, service, project))).status;
  const loud: number[] = [];
  const sending = Array.from({ length: 40 }, async () => loud.push(await send(projects[0]?.id, "loud")));
  await vi.waitFor(() => expect(loud).toHaveLength(30), { timeout: 20_000 });
  const quiet = send(projects[1]?.id, "quiet");
  await blocker.query("commit");
  blocker.release();
  expect(await quiet).toBe(200);
  await Promise.all(sending);
  expect(await stored("quiet")).toBe(50);
  expect(await stored("loud")).toBe(500);
});

test("bodies that come have a bound of their own, and what they took is free again", async () => {
  await using server = await serve({ bytes: 200_000 });
  const blocker = await scene.store.pool.connect();
  await blocker.query("begin; lock table telemetry_spans in access exclusive mode");
  // Is read, and means nothing: there is room for nine of these.
  const padding = "x".repeat(10_000);
  const statuses: number[] = [];
  const send = async () => {
    statuses.push((await sendJson(server, "traces", token, { ...spansRequest(1, "padded"), padding })).status);
  };
  const sending = Array.from({ length: 12 }, send);
  await vi.waitFor(() => expect(statuses.length).toBeGreaterThanOrEqual(3), { timeout: 20_000 });
  expect(new Set(statuses)).toEqual(new Set([503]));
  await blocker.query("commit");
  blocker.release();
  await Promise.all(sending);
  const taken = statuses.filter((status) => status === 200).length;
  expect(taken).toBeGreaterThan(4);
  expect(await stored("padded")).toBe(taken);
  for (let sent = 0; sent < 12; sent++) await send();
  expect(statuses.slice(12)).toEqual(Array(12).fill(200));
});

test("who does not go on with a body does not keep its room from others", async () => {
  await using server = await serve({ bytes: 20_000, patience: 500 });
  const headers = { authorization: `Bearer ${token}`, "content-type": "application/json", "content-length": 9_500 };
  const stalled = request(`${server.url}/v1/traces`, { method: "POST", headers });
  const ended = new Promise((resolve) => stalled.on("error", resolve));
  stalled.write(" ".repeat(9_400));
  const send = async () => (await sendJson(server, "traces", token, spansRequest(5, "beside"))).status;
  await ended;
  await vi.waitFor(async () => expect(await send()).toBe(200));
});

test("who sends too often is told when to go on", async () => {
  await using server = await serve({ rows: 1000, perMinute: 2 });
  const answers = [];
  for (let sent = 0; sent < 3; sent++) answers.push(await sendJson(server, "traces", token, spansRequest(1)));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 429]);
  expect(Number(answers[2]?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(answers[2]?.headers.get("ratelimit-policy")).toBe('"ingest";q=2;w=60');
});
