import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { json } from "node:stream/consumers";
import { projects } from "@platform-mcp/client";
import { beforeEach, expect, onTestFinished, test } from "vitest";
import * as z from "zod";
import { record } from "../result/record.ts";
import { toolCaller } from "../testing/tool-caller.ts";
import { ArgumentError } from "../tools/argument-error.ts";
import { defineTool } from "../tools/tool.ts";
import { isSpanRefusal, sendSpans } from "./send-spans.ts";
import { ToolSpans } from "./tool-spans.ts";

const project = "6f1f64a4-5d0e-4f0b-9a3e-0d2c8c8a7b11";
const sessionId = "0D9AC6C3-7d3c-4f47-9d40-0b9b2bb0f9a1";
const session = { traceId: "0d9ac6c37d3c4f479d400b9b2bb0f9a1", spanId: "06a98c4d4280e288" };

const lookUp = defineTool({
  name: "look_up",
  title: "Look up",
  description: "Look up.",
  risk: "read",
  input: { secret: z.string(), fails: z.boolean().default(false) },
  output: { id: z.string() },
  uses: [projects.getProject],
  async run({ api, project: id }, { fails }) {
    await api.call(projects.getProject, { project_id: id });
    if (fails) throw new ArgumentError("it does not work");
    return record({ id });
  },
});

const sent = z.object({
  resourceSpans: z.array(z.object({ scopeSpans: z.array(z.object({ spans: z.array(z.looseObject({})) })) })),
});

interface Receiver {
  readonly url: string;
  /** The headers of what tools asked for. */
  readonly asked: IncomingHttpHeaders[];
  /** The bodies of what was sent to it as spans. */
  readonly bodies: unknown[];
  /** How it answers those; 0 is not at all. */
  status: number;
}

let platform: Receiver;
beforeEach(async () => {
  const server = createServer(async (request, response) => {
    if (request.url !== "/v1/traces") {
      platform.asked.push(request.headers);
      response.end('{"id":"x"}');
    } else {
      platform.bodies.push(await json(request));
      if (platform.status !== 0) response.writeHead(platform.status).end("{}");
    }
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  platform = { url: `http://127.0.0.1:${address.port}`, asked: [], bodies: [], status: 200 };
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
});

function tracedTools(id: string | undefined) {
  let spans: ToolSpans | undefined;
  const caller = toolCaller([lookUp], {
    url: platform.url,
    project,
    spans: (client) => {
      const source = { service: "platform-test", version: "1" };
      spans = new ToolSpans({
        ...source,
        sessionId: id,
        send: (body) => sendSpans(client, body),
        isRefusal: isSpanRefusal,
      });
      return spans;
    },
  });
  onTestFinished(() => caller[Symbol.asyncDispose]());
  return { ...caller, close: async () => await spans?.close() };
}

const spansOf = (body: unknown) =>
  sent.parse(body).resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));

test("in a session each call is a span of it, and what it asks the platform is a part of that", async () => {
  const tools = tracedTools(sessionId);
  await tools.call("look_up", { secret: "hunter2" });
  await tools.call("look_up", { secret: "hunter2", fails: true });
  await tools.close();
  const spans = platform.bodies.flatMap(spansOf);
  expect(spans).toMatchObject([
    { traceId: session.traceId, parentSpanId: session.spanId, name: "tools/call look_up", status: {} },
    { traceId: session.traceId, parentSpanId: session.spanId, name: "tools/call look_up", status: { code: 2 } },
  ]);
  expect(platform.asked.map(({ traceparent }) => traceparent)).toEqual(
    spans.map(({ traceId, spanId }) => `00-${traceId}-${spanId}-01`),
  );
  const times = z.object({ startTimeUnixNano: z.string(), endTimeUnixNano: z.string() });
  const { startTimeUnixNano: start, endTimeUnixNano: end } = times.parse(spans[0]);
  expect(BigInt(end)).toBeGreaterThanOrEqual(BigInt(start));
  expect(Math.abs(Number(BigInt(end) / 1_000_000n) - Date.now())).toBeLessThan(60_000);
  expect(JSON.stringify(platform.bodies)).not.toMatch(/hunter2|does not work/);
});

const places: readonly [string, string | undefined, string, object | undefined][] = [
  ["recorded by its host", undefined, `00-${"a".repeat(32)}-${"b".repeat(16)}-01`, { parentSpanId: "b".repeat(16) }],
  ["that its host does not record", undefined, `00-${"a".repeat(32)}-${"b".repeat(16)}-00`, undefined],
  ["in no trace", undefined, "00-0-0-01", undefined],
  [
    "of a session, in a trace of the host's",
    sessionId,
    `00-${"a".repeat(32)}-${"b".repeat(16)}-01`,
    { ...at(session) },
  ],
  [
    "of a session whose host knows its trace",
    sessionId,
    `00-${session.traceId}-${"b".repeat(16)}-01`,
    { traceId: session.traceId, parentSpanId: "b".repeat(16) },
  ],
];

function at({ traceId, spanId }: typeof session) {
  return { traceId, parentSpanId: spanId };
}

test.each(places)("a call %s", (_, id, traceparent, expected) => {
  const source = { service: "platform-test", version: "1" };
  const bodies: object[] = [];
  const send = async (body: object) => void bodies.push(body);
  const spans = new ToolSpans({ ...source, sessionId: id, send, isRefusal: () => false });
  const span = spans.begin("look_up", traceparent);
  span?.end(false);
  return spans.close().then(() => {
    expect(bodies.flatMap(spansOf)).toMatchObject(expected === undefined ? [] : [expected]);
    expect(span === undefined).toBe(expected === undefined);
  });
});

test("a platform that takes no spans is not asked again", async () => {
  platform.status = 404;
  const tools = tracedTools(sessionId);
  await tools.call("look_up", { secret: "" });
  await expect.poll(() => platform.bodies.length, { timeout: 5_000 }).toBe(1);
  await expect
    .poll(async () => {
      await tools.call("look_up", { secret: "" });
      return platform.asked.at(-1)?.traceparent;
    })
    .toBeUndefined();
  await tools.close();
  expect(platform.bodies).toHaveLength(1);
});

test("spans that nobody takes hold up neither a call nor the end", async () => {
  platform.status = 0;
  const tools = tracedTools(sessionId);
  const { isError } = await tools.call("look_up", { secret: "" });
  expect(isError).toBe(false);
  await tools.close();
  expect(platform.bodies).toHaveLength(1);
});

test("a call that ends while others' spans are sent is sent by itself", async () => {
  const bodies: object[] = [];
  const first = Promise.withResolvers<void>();
  const send = (body: object) => (bodies.push(body) === 1 ? first.promise : Promise.resolve());
  const spans = new ToolSpans({ service: "platform-test", version: "1", sessionId, send, isRefusal: () => false });
  spans.begin("first", undefined)?.end(false);
  await expect.poll(() => bodies.length, { timeout: 5_000 }).toBe(1);
  spans.begin("second", undefined)?.end(false);
  first.resolve();
  await expect
    .poll(() => bodies.flatMap(spansOf), { timeout: 5_000 })
    .toMatchObject([{}, { name: "tools/call second" }]);
});
