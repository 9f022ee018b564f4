import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

const metrics = async (token?: string) => {
  const response = await platform.request("/metrics", token);
  return { status: response.status, type: response.headers.get("content-type"), text: await response.text() };
};

test("are for holders of observe:read everywhere", async () => {
  await platform.addUser("watcher", [{ role: "ops" }]);
  const project = await platform.addProject("admin", "watched");
  await platform.addUser("reader", [{ role: "viewer", project }]);
  expect((await metrics()).status).toBe(401);
  expect((await metrics(await platform.token({ user: "reader" }))).status).toBe(403);
  const { status, type } = await metrics(await platform.token({ user: "watcher", scopes: ["observe:read"] }));
  expect([status, type]).toEqual([200, "text/plain; version=0.0.4; charset=utf-8"]);
});

test("count requests by template, method and class of status, and show connections and the process", async () => {
  const token = await platform.token({ user: "admin" });
  const project = await platform.addProject("admin", "counted");
  await platform.request(`/api/projects/${project}`, token);
  await platform.request("/api/projects/00000000-0000-4000-8000-000000000000", token);
  await platform.request("/made/up/path/by/strangers", undefined, { method: "PROPFIND" });
  const { text } = await metrics(token);
  const series = 'platform_http_request_duration_seconds_count{method="GET",route="/api/projects/:project_id"';
  expect(text).toContain(`${series},status="2xx"} 1`);
  expect(text).toContain(`${series},status="4xx"} 1`);
  expect(text).toContain('{method="other",route="none",status="4xx"} 1');
  expect(text).not.toContain(project);
  expect(text).not.toContain("strangers");
  expect(text).toMatch(/platform_database_connections{state="used"} \d+/);
  expect(text).toMatch(/^process_resident_memory_bytes \d+/m);
  expect(text).toMatch(/^platform_event_loop_busy_seconds_total \d+\.\d+$/m);
  expect(text).toMatch(/^nodejs_eventloop_lag_seconds /m);
  expect(text).not.toContain("nodejs_eventloop_lag_p99_seconds");
});
