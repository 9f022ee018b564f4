import { afterAll, beforeAll, expect, test } from "vitest";
import type { RecordedRequest, ScriptedTurn } from "../claude-code/messages-api.ts";
import type { ProjectSessions } from "../lib/project-sessions.ts";
import { type LaptopPlatform, startLaptopPlatform } from "../sessions/laptop-platform.ts";

const observe = (name: string, input: Record<string, unknown> = {}): ScriptedTurn => ({
  use: [{ tool: `mcp__platform-observe__${name}`, input }],
});

/** Asks the API past the tools, by what the agent's shell holds. */
const ask = (path: string): ScriptedTurn => {
  const program = `const { PLATFORM_API_URL: url, PLATFORM_API_TOKEN: token } = process.env;
    fetch(url + "${path}", { headers: { authorization: "Bearer " + token } })
      .then(async (answer) => console.log(answer.status, await answer.text()))`;
  return { use: [{ tool: "Bash", input: { command: `node -e '${program}'`, description: "ask" } }] };
};

/** What is written for a project, so that it can be told wherever it turns up. */
const marks = { own: "OWN-MARK", other: "OTHER-MARK" } as const;
const traces = { own: "a".repeat(32), other: "b".repeat(32) } as const;
const metric = (whose: keyof typeof marks) => `${whose}.requests`;

/** What the model does in a session, by a word of its prompt, and what it reads there. */
const scripts = new Map<string, readonly ScriptedTurn[]>();
const read = new Map<string, string[]>();

let platform: LaptopPlatform;
let own: ProjectSessions;
let otherId: string;
let otherSession: string;
beforeAll(async () => {
  platform = await startLaptopPlatform(async (request: RecordedRequest) => {
    const said = JSON.stringify(request.body.messages);
    const [word = "", turns] = [...scripts].find(([key]) => said.includes(`Do ${key}`)) ?? [];
    read.get(word)?.push(...request.toolResults.map(({ text }) => text));
    return turns?.[request.turn] ?? { say: "Done." };
  });
  own = await platform.addRepository("own");
  const other = await platform.addRepository("other");
  ({ id: otherSession, project_id: otherId } = await other.start({ prompt: "Say nothing" }));
  await other.ended(otherSession);
  const ownId = await platform.look(async (db) => {
    const named = db.selectFrom("projects").where("name", "=", "own").select("id");
    return (await named.executeTakeFirstOrThrow()).id;
  });
  await send("own", ownId);
  await send("other", otherId);
  await create("alerts", alert);
}, 180_000);
afterAll(() => platform?.[Symbol.asyncDispose]());

/** Creates something of what is observed, as the administrator. */
async function create(path: string, body: () => object): Promise<void> {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  const init = { method: "POST", headers, body: JSON.stringify(body()) };
  const answer = await fetch(`${platform.served.url}/api/observe/${path}`, init);
  expect([answer.status, await answer.text()]).toEqual([201, expect.stringContaining(otherId)]);
}

const alert = () => ({
  ...{ name: `rule of ${marks.other}`, query: `metric:${metric("other")} agg:sum window:300` },
  ...{ condition: "gt", threshold: 0, severity: "warning", project_id: otherId },
});

async function send(whose: keyof typeof marks, projectId: string): Promise<void> {
  const attributes = [
    { key: "service.name", value: { stringValue: `${marks[whose]} service` } },
    { key: "platform.project_id", value: { stringValue: projectId } },
  ];
  const resource = { attributes };
  const now = BigInt(Date.now()) * 1_000_000n;
  const timeUnixNano = String(now);
  const traceId = traces[whose];
  const body = { stringValue: `${marks[whose]} said` };
  const span = { traceId, spanId: "c".repeat(16), name: `${marks[whose]} did`, kind: 1, status: { code: 2 } };
  const times = { startTimeUnixNano: timeUnixNano, endTimeUnixNano: String(now + 1_000_000n) };
  const logRecords = [{ timeUnixNano, severityNumber: 17, body, traceId }];
  const gauge = { dataPoints: [{ timeUnixNano, asDouble: 1 }] };
  await post("logs", { resourceLogs: [{ resource, scopeLogs: [{ logRecords }] }] });
  await post("traces", { resourceSpans: [{ resource, scopeSpans: [{ spans: [{ ...span, ...times }] }] }] });
  await post("metrics", {
    resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [{ name: metric(whose), gauge }] }] }],
  });
}

async function post(signal: string, content: object): Promise<void> {
  const headers = { authorization: `Bearer ${platform.token}`, "content-type": "application/json" };
  const answer = await fetch(`${platform.served.url}/v1/${signal}`, {
    ...{ method: "POST", headers, body: JSON.stringify(content) },
  });
  expect([answer.status, await answer.json()]).toEqual([200, {}]);
}

/** Runs a session with role ops that does this, and gives what the model reads. */
async function session(word: string, turns: readonly ScriptedTurn[], more: object): Promise<readonly string[]> {
  scripts.set(word, [...turns, { say: "Done." }]);
  read.set(word, []);
  const { id } = await own.start({ prompt: `Do ${word}`, config: { role: "ops" }, ...more });
  expect(await own.ended(id)).toMatchObject({ status: "completed", message: "Done." });
  const results = read.get(word) ?? [];
  expect(results).toHaveLength(turns.length);
  return results;
}

/** Every way to ask, with what would lead to what is the other project's. */
const questions = (): readonly ScriptedTurn[] => [
  observe("search_logs"),
  observe("search_logs", { query: marks.other }),
  observe("search_logs", { service: `${marks.other} service` }),
  observe("search_logs", { trace_id: traces.other }),
  observe("search_logs", { session_id: otherSession }),
  observe("search_logs", { min_level: "error" }),
  observe("list_traces"),
  observe("list_traces", { session_id: otherSession }),
  observe("get_trace", { trace_id: traces.other }),
  observe("get_trace", { trace_id: otherSession.replaceAll("-", "") }),
  observe("query_metrics", { name: metric("other") }),
  observe("list_metric_names"),
  observe("list_alerts"),
  ask("/api/observe/logs"),
  ask(`/api/observe/logs?project_id=${otherId}`),
  ask(`/api/observe/traces?project_id=${otherId}`),
  ask(`/api/observe/traces/${traces.other}`),
  ask(`/api/observe/sessions/${otherSession}/timeline`),
  ask(`/api/observe/metrics?name=${metric("other")}&project_id=${otherId}`),
  ask(`/api/observe/metrics/names?project_id=${otherId}`),
  ask("/api/observe/alerts"),
  ask(`/api/observe/alerts?project_id=${otherId}`),
];

test("a session to which observing was lent reads its own project's telemetry, and nobody else's by any way to ask", async () => {
  const lent = { delegate_observe: true };
  const results = await session("ALLOWED", questions(), lent);
  const shown = results.join("\n");
  for (const text of [`${marks.other} said`, `${marks.other} did`, `rule of ${marks.other}`]) {
    expect(shown).not.toContain(text);
  }
  const [logs = "", , , , , errors = "", traceList = ""] = results;
  for (const found of [logs, errors]) expect(found).toContain(`${marks.own} said`);
  expect(traceList).toContain(traces.own);
  const [trace = "", points = ""] = await session(
    "OWN",
    [observe("get_trace", { trace_id: traces.own }), observe("query_metrics", { name: metric("own") })],
    lent,
  );
  expect(trace).toContain(`${marks.own} did`);
  expect(points).toMatch(/\b1\b/);
});

test("a session to which it was not lent reads nothing, and is told which permission it lacks", async () => {
  const results = await session("REFUSED", questions(), {});
  const refused = results.map((text) => /\b(40[34])\b/.exec(text)?.[1]);
  expect(refused).not.toContain(undefined);
  for (const tool of results.slice(0, 8)) expect(tool).toContain("observe:read");
  const shown = results.join("\n");
  for (const mark of Object.values(marks)) expect(shown).not.toContain(`${mark} said`);
});
