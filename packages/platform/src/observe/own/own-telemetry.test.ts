import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { addRunningSession } from "../../sessions/testing/add-session.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";

let platform: TestPlatform;
let projectId: string;
let sessionId: string;
/** The agent's token; it may read its project. */
let token: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  projectId = await platform.addProject("admin", "traced");
  ({ sessionId, token } = await addAgent(projectId));
});
afterAll(() => platform.close());

async function addAgent(project: string) {
  const id = await addRunningSession(platform.db, { projectId: project });
  const user = `agent-${id}`;
  await platform.lend({ from: "admin", to: user, permission: "project:read", project });
  return { sessionId: id, token: await platform.token({ user, project }) };
}

const spansOf = async (traceId: string) =>
  await platform.db
    .selectFrom("telemetry_spans")
    .where("trace_id", "=", traceId)
    .select(["name", "span_id", "parent_span_id", "project_id", "session_id", "status"])
    .execute();

async function ask(path: string, as: string | undefined, traceId: string, headers: Record<string, string> = {}) {
  const traceparent = `00-${traceId}-b7ad6b7169203331-01`;
  return await platform.request(path, as, { headers: { traceparent, ...headers } });
}

test("what an agent asks for is its session's, with the queries that it took", async () => {
  const traceId = traceIdOf(sessionId);
  await ask(`/api/projects/${projectId}`, token, traceId);
  await expect.poll(async () => (await spansOf(traceId)).length).toBeGreaterThan(1);
  const spans = await spansOf(traceId);
  const request = spans.find(({ parent_span_id }) => parent_span_id === "b7ad6b7169203331");
  expect(request).toMatchObject({ name: "GET /api/projects/:project_id", status: "unset" });
  expect(spans.filter(({ parent_span_id }) => parent_span_id === request?.span_id).map(({ name }) => name)).toContain(
    "SELECT",
  );
  for (const span of spans) expect(span).toMatchObject({ project_id: projectId, session_id: sessionId });
});

test("whoever names another session, or its trace, writes under their own name", async () => {
  const elsewhere = await platform.addProject("admin", "elsewhere");
  const other = await addAgent(elsewhere);
  const traceId = traceIdOf(sessionId);
  const before = (await spansOf(traceId)).length;
  const headers = { "x-agent-session-id": sessionId, baggage: `platform.session_id=${sessionId}` };
  await ask(`/api/projects/${elsewhere}`, other.token, traceId, headers);
  await expect.poll(async () => (await spansOf(traceId)).length).toBeGreaterThan(before);
  const added = (await spansOf(traceId)).slice(before);
  for (const span of added) expect(span).toMatchObject({ project_id: elsewhere, session_id: other.sessionId });
});

test("what people ask for is nobody's but the platform's, and what strangers ask for is not recorded", async () => {
  const traceId = "5".repeat(32);
  await ask(`/api/projects/${projectId}`, undefined, traceId);
  const project = projectId;
  await ask(`/api/projects/${projectId}`, await platform.token({ user: "admin", project }), traceId);
  await expect.poll(async () => (await spansOf(traceId)).length).toBeGreaterThan(1);
  const spans = await spansOf(traceId);
  for (const span of spans) expect(span).toMatchObject({ project_id: null, session_id: null });
  expect(spans.filter(({ parent_span_id }) => parent_span_id === "b7ad6b7169203331")).toHaveLength(1);
});

test("a session that ends is the root of its trace, once", async () => {
  const { sessionId: id } = await addAgent(projectId);
  await platform.db
    .updateTable("agent_sessions")
    .where("id", "=", id)
    .set({ status: "failed", reason: "lost", message: "It was lost", finished_at: new Date().toISOString() })
    .execute();
  const roots = async () => (await spansOf(traceIdOf(id))).filter(({ parent_span_id }) => parent_span_id === null);
  await expect.poll(roots, { timeout: 10_000 }).toEqual([
    {
      ...{ name: "session", span_id: spanIdOf(id), parent_span_id: null, status: "error" },
      ...{ project_id: projectId, session_id: id },
    },
  ]);
  const { body } = await platform.send("GET", `/api/observe/logs?session_id=${id}`, await admin());
  expect(body.items).toMatchObject([{ level: "error", message: "It was lost", service: "session" }]);
});

const admin = () => platform.token({ user: "admin" });
