import { observe } from "@platform-mcp/server-observe";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RefusedServer, refusedServer } from "./lib/error-answers.ts";

const trace_id = "4bf92f3577b34da6a3ce929d0e0e4736";
const alert_id = "00000000-0000-4000-8000-000000000001";

/** A call of each tool that its arguments do not stop. */
const calls: Readonly<Record<string, object>> = {
  search_logs: {},
  list_traces: {},
  get_trace: { trace_id },
  query_metrics: { name: "http.requests" },
  list_metric_names: {},
  list_alerts: {},
  get_alert: { alert_id },
};

let server: RefusedServer;
beforeAll(async () => {
  server = await refusedServer("platform-observe", (url) =>
    url.includes(trace_id) ? "trace" : url.includes(alert_id) ? "alert rule" : "project",
  );
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(observe.tools.map(({ name }) => name));
});

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(calls))("%s", async (name, args) => {
    expect(await server.errorTexts(name, args)).toMatchSnapshot();
  });
});
