import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import * as z from "zod";
import { fenced } from "../contract/lib/contract.ts";
import { serverBundle } from "../lib/bundles.ts";
import { openDataServer } from "../lib/data-server.ts";
import { startTestPlatform, type TestPlatform } from "../lib/platform.ts";
import { type UsedServer, useServer } from "../lib/used-server.ts";
import { attributes, nanoseconds, type Otlp, otlpTo } from "./otlp.ts";

const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const othersTrace = "0af7651916cd43dd8448eb211c80319c";
const secret = `plat_api_${"0123456789abcdef".repeat(4)}`;
/** Everything happened in the minutes before. */
const now = Date.now();

let platform: TestPlatform;
let file: string;
/** What the session of `server` is told. */
let env: Readonly<Record<string, string>>;
/** Bound to the shop, with the right to look at its telemetry and no other. */
let server: UsedServer;
/** The administrator's, who may look at everything. */
let admin: UsedServer;
const projects = { shop: "", other: "" };
let rule: { readonly id: string };

beforeAll(async () => {
  [platform, file] = await Promise.all([startTestPlatform(), serverBundle("platform-observe")]);
  const token = await platform.tokenFor({ scopes: [] });
  const post = async (path: string, body: object) => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${platform.url}${path}`, { method: "POST", headers, body: JSON.stringify(body) });
    expect(response.status).toBe(201);
    return JSON.parse(await response.text());
  };
  for (const name of ["shop", "other"] as const) projects[name] = (await post("/api/projects", { name })).id;
  await sendShop(otlpTo(platform.url, token, projects.shop));
  await sendOther(otlpTo(platform.url, token, projects.other));
  const query = 'metric:shop.stock labels:{"item":"tea"} agg:max window:3600';
  const condition = { condition: "lt", threshold: 5, for_seconds: 10, severity: "critical" };
  rule = await post("/api/observe/alerts", { name: "tea runs out", query, ...condition, project_id: projects.shop });

  const mine = await platform.tokenFor({ scopes: ["observe:read"], project: projects.shop });
  env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: mine, PROJECT_ID: projects.shop };
  server = await useServer({ file, env });
  admin = await useServer({ file, env: { ...env, PLATFORM_API_TOKEN: token, PLATFORM_CROSS_PROJECT: "1" } });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await admin?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

const ago = (seconds: number) => now - seconds * 1000;

interface SpanTimes {
  readonly id: number;
  readonly parent?: number;
  readonly from: number;
  readonly to: number;
}

function span(name: string, { id, parent, from, to }: SpanTimes, more: object = {}): object {
  const idOf = (number: number) => String(number).padStart(16, "0");
  return {
    ...{ traceId, spanId: idOf(id), parentSpanId: parent === undefined ? "" : idOf(parent), name, kind: 1 },
    ...{ startTimeUnixNano: nanoseconds(ago(60) + from), endTimeUnixNano: nanoseconds(ago(60) + to), ...more },
  };
}

/** 70 logs, of which every tenth is an error; a checkout that fails in the bank; tea that runs out. */
async function sendShop(otlp: Otlp): Promise<void> {
  const logs = Array.from({ length: 70 }, (_, at) => ({
    timeUnixNano: nanoseconds(ago(100 - at)),
    severityNumber: at % 10 === 0 ? 17 : 9,
    body: { stringValue: at === 60 ? `payment ${at} failed: ${secret}` : `checkout ${at}` },
    ...(at === 60 && { traceId }),
    attributes: attributes({ region: "eu", order: at }),
  }));
  await otlp.send("logs", "web", logs);
  const failed = {
    status: { code: 2, message: "connection refused" },
    attributes: attributes({ "net.peer.name": "bank" }),
  };
  await otlp.send("traces", "web", [
    span("POST /checkout", { id: 1, from: 0, to: 1240 }, { kind: 2, status: { code: 2 } }),
    span("connect", { id: 2, parent: 1, from: 40, to: 1200 }, failed),
    ...[3, 4, 5, 6].map((id) => span("SELECT stock", { id, parent: 1, from: id, to: id + 1 })),
  ]);
  const points = (item: string, values: readonly number[]) =>
    values.map((asDouble, at) => ({
      timeUnixNano: nanoseconds(ago(300 - at * 60)),
      asDouble,
      attributes: attributes({ item }),
    }));
  const dataPoints = [...points("tea", [4, 3, 2, 1]), ...points("milk", [40, 50, 60, 70])];
  await otlp.send("metrics", "web", [{ name: "shop.stock", unit: "{item}", gauge: { dataPoints } }]);
}

async function sendOther(otlp: Otlp): Promise<void> {
  await otlp.send("logs", "spy", [
    { timeUnixNano: nanoseconds(ago(5)), severityNumber: 17, body: { stringValue: "nobody's business" } },
  ]);
  await otlp.send("traces", "spy", [span("secret work", { id: 1, from: 0, to: 10 }, { traceId: othersTrace })]);
}

const messages = (text: string) => fenced(text).filter((line) => /^ {2}[a-z]/.test(line));

describe("search_logs", () => {
  test("finds errors with their trace; credentials are masked", async () => {
    const text = await server.use("search_logs", { min_level: "error", from: "-15m" });
    expect(text).toContain("logs 1-7 of 7, newest first:");
    expect(messages(text)[0]).toBe("  payment 60 failed: [masked]");
    expect(fenced(text)[0]).toMatch(new RegExp(`^\\S+Z error web trace=${traceId}$`));
    expect(text).not.toContain("0123456789abcdef0");
  });

  test("goes through all of them, page by page", async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined; ) {
      const text = await server.use("search_logs", { from: "-15m", limit: 30, ...(cursor !== "" && { cursor }) });
      seen.push(...messages(text));
      cursor = /cursor=(\S+)\.$/.exec(text)?.[1];
    }
    expect(seen).toHaveLength(70);
    expect(new Set(seen).size).toBe(70);
  });

  test("says which filter excluded most, and what exists", async () => {
    const text = await server.use("search_logs", { query: "PAYMENT", service: "db", from: "-15m" });
    expect(text).toMatch(
      /\nno logs\. There are 1 without service\. There are no such logs at any time that is kept\. /,
    );
    expect(text).toMatch(/In this time there are 70 logs; the newest 50 are of web and of level info, error\.$/);
    expect(await server.use("search_logs", { to: "-1d" })).toMatch(
      /no logs\. Over all the time that is kept there are 70 logs, the newest of /,
    );
  });

  test("finds nothing of another project, unless everything is looked at that one may look at", async () => {
    expect(await server.use("search_logs", { service: "spy" })).toMatch(/no logs\./);
    expect(await server.refused("search_logs", { project_id: projects.other })).toContain("unknown argument");
    expect(await admin.use("search_logs", { service: "spy", project_id: "all" })).toContain(
      `project=${projects.other}`,
    );
  });
});

describe("traces", () => {
  test("list_traces finds those that failed and took long", async () => {
    const text = await server.use("list_traces", { status: "error", min_duration_ms: 1000 });
    expect(text).toMatch(new RegExp(`\ntraces 1-1 of 1: .*\n${traceId} "POST /checkout" web error 1240 6 2 \\S+$`));
    expect(await server.use("list_traces", { min_duration_ms: 2000 })).toContain("no traces.");
  });

  test("get_trace shows what failed and where the time went", async () => {
    const text = await server.use("get_trace", { trace_id: traceId });
    expect(fenced(text)).toEqual([
      "connect web #0000000000000002",
      "  connection refused",
      '  {"net.peer.name":"bank"}',
    ]);
    expect(text.split("\n").filter((line) => line.includes("ms +"))).toEqual([
      '"POST /checkout" [web] 1240ms +0ms *76ms ERROR #0000000000000001',
      '  4x "SELECT stock" 4ms max 1ms +3ms *4ms #0000000000000003',
      "  connect 1160ms +40ms *1160ms ERROR #0000000000000002",
    ]);
    const details = await server.use("get_trace", { trace_id: traceId, span_id: "0000000000000002" });
    expect(details).toContain("message: connection refused\nattributes:\n  net.peer.name: bank\n");
  });

  test("get_trace knows nothing of another project's, whosever the token is", async () => {
    expect(await server.refused("get_trace", { trace_id: othersTrace })).toBe(
      'get_trace failed: 404 "trace" (GET /api/observe/traces/{trace_id}).\nIt does not exist, or this session may not see it. What exists: list_traces.',
    );
    const env = { PLATFORM_API_URL: platform.url, PROJECT_ID: projects.shop };
    await using bound = await useServer({
      file,
      env: { ...env, PLATFORM_API_TOKEN: await platform.tokenFor({ scopes: [] }) },
    });
    expect(await bound.refused("get_trace", { trace_id: othersTrace })).toContain("nothing of this project");
  });
});

describe("metrics", () => {
  test("list_metric_names tells what there is", async () => {
    expect(await server.use("list_metric_names")).toMatch(
      /\nshop\.stock gauge "\{item\}" 2 "item\(2\),service\(1\)" \S+/,
    );
    expect(await server.use("list_metric_names", { name: "shop.stock" })).toContain('{"item":"milk",');
  });

  test("query_metrics shows each series with its figures", async () => {
    const text = await server.use("query_metrics", { name: "shop.stock", from: "-15m", step: 60, agg: "max" });
    expect(fenced(text)).toEqual([
      "shop.stock",
      '  min 40 avg 55 max 70 last 70: 40,50,60,70 {"item":"milk"}',
      '  min 1 avg 2.5 max 4 last 1: 4,3,2,1 {"item":"tea"}',
    ]);
    expect(text).toContain('\nin_all: "{\\"service\\":\\"web\\"}"\n');
    const one = await server.use("query_metrics", { name: "shop.stock", labels: { item: "tea" }, from: "-15m" });
    expect(one).toContain("series 1-1 of 1");
    expect(await server.use("query_metrics", { name: "stock" })).toMatch(
      /There is no such metric\. There are shop\.stock/,
    );
  });
});

test("alerts: the one that fires, and where to look", { timeout: 120_000 }, async () => {
  await vi.waitFor(
    async () => expect(await server.use("list_alerts", { status: "firing" })).toContain("tea runs out"),
    {
      timeout: 100_000,
      interval: 500,
    },
  );
  expect(await server.use("list_alerts")).toMatch(
    new RegExp(`^alerts 1-1 of 1: .*\n${rule.id} "tea runs out" firing \\S+ critical <5 10 4$`),
  );
  const text = await server.use("get_alert", { alert_id: rule.id });
  expect(text).toMatch(/\nevents 1-1 of 1: at status value message\n\S+ firing 4 ".*"\n/);
  expect(text).toMatch(/\nNext: query_metrics with name=shop\.stock and from=\S+; search_logs with min_level=error /);
});

test("as data, every answer fits the schema that is announced", async () => {
  await using structured = await openDataServer({ file, env });
  const calls = {
    search_logs: { min_level: "error", limit: 2 },
    list_traces: {},
    get_trace: { trace_id: traceId },
    query_metrics: { name: "shop.stock", from: "-15m", step: 60 },
    list_metric_names: {},
    list_alerts: {},
    get_alert: { alert_id: rule.id },
  };
  expect(Object.keys(calls)).toEqual(structured.tools);
  for (const [name, args] of Object.entries(calls)) await structured.data(name, args);
  const [newest] = z
    .object({ logs: z.array(z.unknown()).length(7) })
    .parse(await structured.data("search_logs", { min_level: "error" })).logs;
  expect(newest).toMatchObject({ level: "error", trace_id: traceId, body: "payment 60 failed: [masked]" });
});

test("without observe:read every tool says which permission is missing", async () => {
  const token = await platform.tokenFor({ scopes: ["project:read"], project: projects.shop });
  const env = { PLATFORM_API_URL: platform.url, PLATFORM_API_TOKEN: token, PROJECT_ID: projects.shop };
  await using refused = await useServer({ file, env });
  for (const [tool, args] of [
    ...[["search_logs"], ["list_traces"], ["list_metric_names"], ["list_alerts"], ["query_metrics", { name: "x" }]],
    ...[
      ["get_trace", { trace_id: traceId }],
      ["get_alert", { alert_id: rule.id }],
    ],
  ] as const) {
    expect(await refused.refused(String(tool), Object(args))).toContain(
      "lacks the permission observe:read on this project",
    );
  }
});
