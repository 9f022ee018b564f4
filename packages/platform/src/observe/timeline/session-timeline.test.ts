import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addRunningSession } from "../../sessions/testing/add-session.ts";
import { logOf, spanOf } from "../store/testing/records.ts";
import { type ObservedPlatform, startObservedPlatform } from "../testing/observed-platform.ts";

let platform: ObservedPlatform;
let projectId: string;
beforeAll(async () => {
  platform = await startObservedPlatform();
  projectId = await platform.addProject("admin", "timed");
});
afterAll(() => platform.close());

test("a timeline has what a session's programs logged and did, oldest first, and nothing else that names it", async () => {
  const sessionId = await addRunningSession(platform.db, { projectId });
  const start = Math.floor(Date.now() / 1000) * 1000 - 10_000;
  const whose = { projectId, sessionId };
  const other = await platform.addProject("admin", "other");
  await platform.write({
    logs: [
      logOf({ ...whose, time: start + 2000, level: "warn", message: "second" }),
      logOf({ ...whose, time: start, message: "first", traceId: "a".repeat(32), spanId: "b".repeat(16) }),
      logOf({ ...whose, projectId: other, time: start, message: "of another project" }),
      logOf({ projectId, time: start, message: "of no session" }),
    ],
    spans: [spanOf({ ...whose, name: "tools/call", service: "core", start: start + 1000, end: start + 1250 })],
  });
  const { body } = await platform.ask(`sessions/${sessionId}/timeline`);
  expect(body).toMatchObject([
    { kind: "log", message: "first", level: "info", trace_id: "a".repeat(32), span_id: "b".repeat(16) },
    { kind: "span", message: "tools/call", service: "core", level: null, duration_ms: 250, status: "unset" },
    { kind: "log", message: "second", level: "warn", service: "web", trace_id: null },
  ]);
});

test("of more than a thousand logs the timeline has the last thousand", async () => {
  const sessionId = await addRunningSession(platform.db, { projectId });
  const start = Date.now() - 10_000;
  const log = (_: unknown, index: number) =>
    logOf({ projectId, sessionId, time: start + index, message: String(index) });
  await platform.write({ logs: Array.from({ length: 1001 }, log) });
  const { body } = await platform.ask(`sessions/${sessionId}/timeline`);
  expect([body.length, body[0].message, body.at(-1).message]).toEqual([1000, "1", "1000"]);
});

test("of a long message it has the beginning", async () => {
  const sessionId = await addRunningSession(platform.db, { projectId });
  await platform.write({ logs: [logOf({ projectId, sessionId, message: "x".repeat(60_000) })] });
  const { body } = await platform.ask(`sessions/${sessionId}/timeline`);
  expect(body).toMatchObject([{ message: `${"x".repeat(4000)}…` }]);
});

test("a session that is not there has none; a token that never reads telemetry is told so", async () => {
  const missing = { status: 404, body: { error: "session" } };
  expect(await platform.ask(`sessions/${randomUUID()}/timeline`)).toMatchObject(missing);
  const sessionId = await addRunningSession(platform.db, { projectId });
  await platform.addUser("stranger");
  const stranger = await platform.token({ user: "stranger" });
  expect(await platform.ask(`sessions/${sessionId}/timeline`, {}, stranger)).toMatchObject(missing);
  const refused = { status: 403, body: { permission: "observe:read" } };
  const narrow = await platform.token({ user: "admin", scopes: ["project:read"] });
  for (const id of [sessionId, randomUUID()]) {
    expect(await platform.ask(`sessions/${id}/timeline`, {}, narrow)).toMatchObject(refused);
  }
});

test("an agent that was lent nothing of the kind is refused whatever it asks for, and told what is missing", async () => {
  const agent = `agent-${randomUUID()}`;
  await platform.addUser(agent, [], "agent");
  await platform.lend({ from: "admin", to: agent, permission: "project:read", project: projectId });
  const token = await platform.token({ user: agent, scopes: ["project:read", "observe:read"], project: projectId });
  const paths = ["logs", "traces", "metrics/names", `traces/${"1".repeat(32)}`, `sessions/${randomUUID()}/timeline`];
  for (const path of paths) {
    const query = path.includes("/") && path !== "metrics/names" ? {} : { project_id: projectId };
    const refused = { status: 403, body: { permission: "observe:read", error: "forbidden" } };
    expect(await platform.ask(path, query, token), path).toMatchObject(refused);
  }
  await platform.lend({ from: "admin", to: agent, permission: "observe:read", project: projectId });
  expect((await platform.ask("logs", { project_id: projectId }, token)).status).toBe(200);
  expect((await platform.ask("logs", {}, token)).status).toBe(403);
  expect((await platform.ask(`traces/${"1".repeat(32)}`, {}, token)).status).toBe(404);
});
