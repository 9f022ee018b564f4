import { expect, test } from "vitest";
import type { SpanCaller } from "../../telemetry/span.ts";
import type { Owner } from "../records.ts";
import { CollectingWriter } from "../testing/collecting-writer.ts";
import { recordRequests } from "./record-requests.ts";

const parent = { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", sampled: true };
const owner: Owner = { projectId: "a-project", sessionId: "a-session" };
const caller: SpanCaller = { id: "an-agent", isAgent: true };

function recorder(ownerOf: (caller: SpanCaller) => Promise<Owner> = async () => owner) {
  const telemetry = new CollectingWriter();
  let dropped = 0;
  const onDropped = ({ spans }: { spans: readonly unknown[] }) => {
    dropped += spans.length;
  };
  const tracing = recordRequests({ telemetry, ownerOf, onDropped, external: undefined });
  return { telemetry, tracing, dropped: () => dropped };
}

test("a request in a recorded trace is recorded with what was done for it, as its caller's", async () => {
  const { telemetry, tracing } = recorder();
  const request = tracing.startRequest("GET", parent, { "http.request.method": "GET" });
  const query = request?.child("SELECT", { "db.query.text": "select 1" }, 5);
  query?.end();
  request?.child("INSERT", {}).end({ failed: true });
  request?.end({ name: "GET /api/projects", attributes: { "http.response.status_code": 200 }, caller });
  await expect.poll(() => telemetry.spans.length).toBe(3);
  const [whole, first, second] = telemetry.spans;
  expect(whole).toMatchObject({
    ...owner,
    ...{ traceId: parent.traceId, parentSpanId: parent.spanId, name: "GET /api/projects", service: "platform" },
    ...{ kind: "server", status: "unset", spanId: request?.context.spanId },
    attributes: { "http.request.method": "GET", "http.response.status_code": 200 },
  });
  expect(first).toMatchObject({ ...owner, name: "SELECT", kind: "client", parentSpanId: whole?.spanId });
  expect((first?.end ?? 0) - (first?.start ?? 0)).toBeGreaterThanOrEqual(5);
  expect(second).toMatchObject({ name: "INSERT", status: "error" });
});

test.each([
  ["that is in no trace", undefined],
  ["whose caller does not record its trace", { ...parent, sampled: false }],
])("a request %s costs nothing", (_, of) => {
  expect(recorder().tracing.startRequest("GET", of, {})).toBeUndefined();
});

test("what strangers ask for is not recorded", async () => {
  const { telemetry, tracing } = recorder();
  tracing.startRequest("GET", parent, {})?.end({});
  tracing.startRequest("GET", parent, {})?.end({ caller });
  await expect.poll(() => telemetry.spans.length).toBe(1);
});

test("of very many spans within a request the first are recorded, and what ends later is not", async () => {
  const { telemetry, tracing } = recorder();
  const request = tracing.startRequest("GET", parent, {});
  const late = request?.child("git fetch", {});
  for (let query = 0; query < 1_000; query++) request?.child("SELECT", {}).end();
  request?.end({ caller });
  request?.end({ caller });
  late?.end();
  await expect.poll(() => telemetry.spans.length).toBe(201);
  expect(telemetry.spans[0]?.attributes).toMatchObject({ "platform.spans_left_out": 800 });
});

test("spans of which nobody can tell whose they are are dropped, and counted", async () => {
  const { telemetry, tracing, dropped } = recorder(() => Promise.reject(new Error("the database is away")));
  tracing.startRequest("GET", parent, {})?.end({ caller });
  await expect.poll(dropped).toBe(1);
  expect(telemetry.spans).toEqual([]);
});
