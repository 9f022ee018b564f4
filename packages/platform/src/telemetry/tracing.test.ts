import { once } from "node:events";
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { afterAll, beforeAll, expect, test } from "vitest";
import * as z from "zod";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

const value = z.object({ stringValue: z.string().optional(), intValue: z.number().optional() });
const span = z.object({
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  name: z.string(),
  startTimeUnixNano: z.string(),
  endTimeUnixNano: z.string(),
  attributes: z.array(z.object({ key: z.string(), value })),
});
type Span = z.output<typeof span>;

/** The JSON of an OTLP export, as far as it is looked at here. */
const exported = z.object({
  resourceSpans: z.array(
    z.object({
      resource: z.object({ attributes: z.array(z.object({ key: z.string(), value })) }),
      scopeSpans: z.array(z.object({ spans: z.array(span) })),
    }),
  ),
});

/** An OTLP receiver that keeps all that it gets. */
async function startReceiver() {
  const batches: z.output<typeof exported>[] = [];
  const server = createServer(async (request, response) => {
    batches.push(exported.parse(await json(request)));
    response.writeHead(200, { "content-type": "application/json" }).end("{}");
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("a TCP server has a port");
  return { url: `http://127.0.0.1:${address.port}`, batches, close: () => server.close() };
}

const traceId = "0af7651916cd43dd8448eb211c80319c";
const parentSpanId = "b7ad6b7169203331";

let receiver: Awaited<ReturnType<typeof startReceiver>>;
let platform: TestPlatform;
let token: string;
let response: Response;
let spans: readonly Span[];
beforeAll(async () => {
  receiver = await startReceiver();
  platform = await startTestPlatform({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
  token = await platform.token({ user: "admin" });
  const traceparent = (id: string, flags: string) => ({ traceparent: `00-${id}-${parentSpanId}-${flags}` });
  const { body: project } = await platform.send("POST", "/api/projects", token, { name: "traced" });
  const path = `/api/projects/${project.id}/branches`;
  response = await platform.request(path, token, { headers: traceparent(traceId, "01") });
  await platform.request(path, token, { headers: traceparent("f".repeat(32), "00") });
  // Closing sends what is left.
  await platform.close();
  spans = receiver.batches.flatMap(({ resourceSpans }) =>
    resourceSpans.flatMap(({ scopeSpans }) => scopeSpans.flatMap((scope) => scope.spans)),
  );
});
afterAll(() => receiver.close());

const attributes = (of: Span | undefined) =>
  Object.fromEntries(
    (of?.attributes ?? []).map(({ key, value: { stringValue, intValue } }) => [key, stringValue ?? intValue]),
  );

test("a request's span continues its caller's trace, and the answer names it", () => {
  const request = spans.find((one) => one.traceId === traceId && one.parentSpanId === parentSpanId);
  expect(request?.name).toBe("GET /api/projects/:project_id/branches");
  expect(attributes(request)).toEqual({
    "http.request.method": "GET",
    "http.route": "/api/projects/:project_id/branches",
    "http.response.status_code": 200,
    "platform.caller.type": "human",
  });
  expect(response.headers.get("traceresponse")).toBe(`00-${traceId}-${request?.spanId}-01`);
});

test("queries and git commands are spans within it, also after a body has been read", () => {
  const request = spans.find((one) => one.traceId === traceId && one.parentSpanId === parentSpanId);
  const within = spans.filter((one) => one.parentSpanId === request?.spanId);
  expect(within.map(({ name }) => name)).toEqual(expect.arrayContaining(["SELECT", "git for-each-ref"]));
  const post = spans.find(({ name }) => name === "POST /api/projects");
  const inserted = spans.filter((one) => one.parentSpanId === post?.spanId && one.name === "INSERT");
  expect(inserted.map((one) => attributes(one)["db.query.text"]).join()).toMatch(/into "projects".*into "audit_log"/);
});

test("what a caller does not record is not recorded here either", () => {
  expect(spans.filter((one) => one.traceId === "f".repeat(32))).toEqual([]);
});

test("nothing tells who a person is, or a secret", () => {
  const whole = JSON.stringify(receiver.batches);
  for (const secret of [token, "admin@", "traced"]) expect(whole).not.toContain(secret);
  expect(whole).toContain('"service.name"');
});
