import { expect, test } from "vitest";
import {
  asked,
  idOf,
  paged,
  project,
  sendJson,
  spanOf,
  standInPlatform,
  traceOf,
} from "../testing/stand-in-platform.ts";

const path = "GET /api/observe/traces";

function trace(number: number, fields: object = {}): object {
  const { spans: _, ...summary } = { spans: [], ...traceOf([spanOf(1, [0, 1240.5], { name: "POST /checkout" })]) };
  return { ...summary, trace_id: String(number).padStart(32, "0"), ...fields };
}

test("each trace is a row; what failed and how long it took is in it", async () => {
  const items = [trace(1, { status: "error", error_count: 2, span_count: 18 }), trace(2, { duration_ms: null })];
  await using platform = await standInPlatform({ routes: { [path]: paged(items, { total: 9, next: "p2" }) } });
  expect((await platform.call("list_traces")).text).toMatchInlineSnapshot(`
    "time: 2026-11-23T06:16:00Z to 2026-11-23T07:16:00Z
    traces 1-2 of 9: trace_id root service status ms spans errors started_at
    00000000000000000000000000000001 "POST /checkout" web error 1241 18 2 2026-11-23T07:15:41Z
    00000000000000000000000000000002 "POST /checkout" web unset - 1 - 2026-11-23T07:15:41Z
    There are more: the same call with cursor=p2~2."
  `);
});

test("filters and places are the platform's", async () => {
  await using platform = await standInPlatform({ routes: { [path]: paged([trace(1)]) } });
  await platform.call("list_traces", { status: "error", min_duration_ms: 500, session_id: idOf(7), service: "web" });
  await platform.call("list_traces", { cursor: "p2~30~3", limit: 5 });
  expect(platform.requests.map(asked)).toEqual([
    {
      ...{ project_id: project, status: "error", min_duration_ms: "500", session_id: idOf(7), service: "web" },
      ...{ limit: "30", offset: "0" },
    },
    { project_id: project, limit: "8", before: "p2" },
  ]);
});

test("none at all says what may find some", async () => {
  await using platform = await standInPlatform({ routes: { [path]: paged([]) } });
  expect((await platform.call("list_traces")).text).toContain(
    "no traces. An earlier `from`, or fewer filters, may find some.",
  );
});

test.each([
  ["all", "on the whole platform"],
  [project, "on this project"],
])("who may not see those of %s is told where the permission is missing", async (project_id, where) => {
  const refusal = sendJson(403, { error: "forbidden", permission: "observe:read" });
  await using platform = await standInPlatform({ routes: { [path]: refusal }, options: { crossProject: true } });
  const { text } = await platform.call("list_traces", { project_id });
  expect(text).toContain(`lacks the permission observe:read ${where}.`);
});
