import type { logs, traces } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { ScriptedTurn } from "../claude-code/messages-api.ts";
import type { ProjectSessions } from "../lib/project-sessions.ts";
import { type LaptopPlatform, startLaptopPlatform } from "../sessions/laptop-platform.ts";

type Trace = { readonly spans: readonly traces.Span[]; readonly root_span: string };

const turns: readonly ScriptedTurn[] = [
  { use: [{ tool: "mcp__platform-core__get_project", input: {} }] },
  { use: [{ tool: "mcp__platform-issues__get_issue", input: { number: 99 } }] },
  { use: [{ tool: "Bash", input: { command: "echo more >> src/greeting.txt", description: "work" } }] },
  { say: "Nothing to add." },
];

/** Sends a log as a program with a library of OpenTelemetry's would, by nothing but its environment. */
const sendsLog = `node -e '
const { OTEL_EXPORTER_OTLP_ENDPOINT: url, OTEL_EXPORTER_OTLP_HEADERS: header, TRACEPARENT: parent } = process.env;
const resource = { attributes: [{ key: "service.name", value: { stringValue: process.env.OTEL_SERVICE_NAME } }] };
const [, traceId, spanId] = parent.split("-");
const record = { timeUnixNano: String(Date.now() * 1e6), severityNumber: 9, body: { stringValue: "sent by setup" }, traceId, spanId };
const body = JSON.stringify({ resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
const headers = { "content-type": "application/json", authorization: decodeURIComponent(header.split("=").slice(1).join("=")) };
fetch(url + "/v1/logs", { method: "POST", headers, body }).then((answer) => console.log("sent", answer.status, header));
'`;

let platform: LaptopPlatform;
let sessions: ProjectSessions;
let sessionId: string;
let branch: string | null;
beforeAll(async () => {
  platform = await startLaptopPlatform(async (request) => turns[request.turn] ?? { say: "Done." });
  sessions = await platform.addRepository("greeter");
  const config = { role: "dev", setup_commands: [sendsLog] };
  const { id } = await sessions.start({ prompt: "What is the secret of this project?", config });
  sessionId = id;
  ({ branch } = await sessions.ended(id));
}, 120_000);
afterAll(() => platform?.[Symbol.asyncDispose]());

/** What is read of telemetry, by who may read all of it. */
async function observe(path: string) {
  const headers = { authorization: `Bearer ${platform.token}` };
  const answer = await fetch(`${platform.served.url}/api/observe/${path}`, { headers });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
}

/** A trace once it has a span that holds. */
async function traceWith(id: string, holds: (span: traces.Span) => boolean): Promise<Trace> {
  const look = async () => (await observe(`traces/${id.replaceAll("-", "")}`)).body;
  await expect.poll(async () => (await look()).spans?.some(holds) === true, { timeout: 20_000 }).toBe(true);
  return await look();
}

const childrenOf = ({ spans }: Trace, { span_id }: traces.Span) =>
  spans.filter(({ parent_span_id }) => parent_span_id === span_id);

test("one trace shows the session, its tool calls, what they ask of the API, and the SQL of that", async () => {
  const trace = await traceWith(sessionId, ({ name }) => name === "session");
  expect(trace).toMatchObject({ root_span: "session", session_id: sessionId });
  const root = trace.spans.find(({ parent_span_id }) => parent_span_id === null);
  if (root === undefined) throw new Error("a trace has a root");
  expect(root).toMatchObject({ name: "session", service: "session", status: "unset", session_id: sessionId });
  const names = childrenOf(trace, root).map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(["setup", "agent", "tools/call get_project", "tools/call get_issue"]));
  const call = trace.spans.find(({ name }) => name === "tools/call get_project");
  const [request, ...others] = call === undefined ? [] : childrenOf(trace, call);
  expect(others).toEqual([]);
  expect(call).toMatchObject({ service: "platform-core", status: "unset" });
  expect(request).toMatchObject({
    ...{ name: "GET /api/projects/:project_id", service: "platform", kind: "server" },
    attributes: { "http.response.status_code": 200, "platform.caller.type": "agent" },
  });
  const queries = request === undefined ? [] : childrenOf(trace, request);
  expect(queries.map(({ name }) => name)).toContain("SELECT");
  expect(queries[0]?.attributes?.["db.query.text"]).toMatch(/^\W*select/i);
  for (const span of trace.spans) {
    expect(span.session_id).toBe(sessionId);
    expect(trace.spans.some(({ span_id }) => span_id === span.parent_span_id) || span === root).toBe(true);
    expect(span.duration_ms).toBeGreaterThanOrEqual(0);
    expect(Date.parse(span.started_at)).toBeGreaterThanOrEqual(Date.parse(root.started_at) - 1_000);
  }
});

test("a call that has failed is an error in it", async () => {
  const trace = await traceWith(sessionId, ({ name }) => name === "tools/call get_issue");
  const call = trace.spans.find(({ name }) => name === "tools/call get_issue");
  expect(call).toMatchObject({ status: "error" });
});

test("neither the prompt nor what tools were given or answered is in it", async () => {
  const trace = await traceWith(sessionId, ({ name }) => name === "session");
  const whole = JSON.stringify(trace);
  for (const text of ["secret of this project", "Nothing to add", "plat_", "greeter"]) {
    expect(whole).not.toContain(text);
  }
});

test("a program in it sends its own by nothing but its environment, and its key does not show", async () => {
  const { items } = (await observe(`logs?session_id=${sessionId}`)).body;
  const sent: logs.LogRecord = items.find(({ message }: logs.LogRecord) => message === "sent by setup");
  expect(sent).toMatchObject({ service: "agent", trace_id: sessionId.replaceAll("-", ""), session_id: sessionId });
  const output = await sessions.output(sessionId);
  expect(output).toMatch(/^sent 200 \S*\*\*\*$/m);
  expect(output).not.toContain("plat_otlp");
  expect(items.map(({ message }: logs.LogRecord) => message)).toContain("The session is completed");
});

test("the pipeline of what it has pushed is a trace of its own, and what its steps print is among the logs", async () => {
  const latest = async () => JSON.parse(await sessions.request("GET", `pipelines?ref=${branch}`)).items[0];
  await expect.poll(latest, { timeout: 30_000 }).toMatchObject({ status: "success" });
  const { id } = await latest();
  const trace = await traceWith(id, ({ name }) => name === "pipeline");
  expect(trace.spans.map(({ name, service, status }) => ({ name, service, status }))).toEqual([
    { name: "pipeline", service: "pipeline", status: "unset" },
    { name: "step check", service: "step check", status: "unset" },
  ]);
  const { items } = (await observe(`logs?trace_id=${id.replaceAll("-", "")}`)).body;
  expect(items.map(({ message, service }: logs.LogRecord) => `${service}: ${message}`)).toEqual([
    "step check: more",
    "step check: hello",
  ]);
  const points = await observe("metrics?name=platform.pipeline.duration");
  expect(points.body).toEqual([expect.objectContaining({ labels: { status: "success" }, value: expect.any(Number) })]);
});
