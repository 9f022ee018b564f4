import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { StdioServer } from "../lib/stdio-server.ts";
import { call, fenced } from "./lib/contract.ts";
import { answerAsOlder, olderProject, olderTrace, othersTrace, ruleIds } from "./lib/older-observe.ts";
import { serverOn } from "./lib/server-on.ts";
import { type StandIn, startStandIn } from "./lib/stand-in.ts";

let standIn: StandIn;
let server: StdioServer;
beforeAll(async () => {
  standIn = await startStandIn((response, { method, url }) => answerAsOlder(response, method, url));
  server = await start({ PROJECT_ID: olderProject });
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  await standIn?.[Symbol.asyncDispose]();
});

const start = (env: Readonly<Record<string, string>>) => serverOn(standIn, "platform-observe", env);

/** Calls a tool that must not fail. */
async function use(name: string, args: object = {}): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(false);
  return text;
}

/** Calls a tool that must fail. */
async function refused(name: string, args: object): Promise<string> {
  const { text, isError } = await call(server, name, args);
  expect(isError, text).toBe(true);
  return text;
}

/** The numbers of the logs that an answer shows. */
const shown = (text: string) => fenced(text).flatMap((line) => /^ {2}log (\d+) /.exec(line)?.[1] ?? []);

describe("logs", () => {
  test("of a level and above are asked for level by level, since it knows exact ones alone", async () => {
    const text = await use("search_logs", { min_level: "warn", limit: 7 });
    expect(shown(text)).toEqual(["129", "127", "126", "125", "123", "122", "121"]);
    expect(text).toContain("logs 1-7 of 97, newest first:");
    expect(text).toMatch(/There are more: the same call with cursor=~7\.$/);
    expect(shown(await use("search_logs", { min_level: "warn", limit: 7, cursor: "~7" }))[0]).toBe("119");
  });

  test("are paged by number", async () => {
    const seen: string[] = [];
    for (let cursor: string | undefined = "~0"; cursor !== undefined; ) {
      const text = await use("search_logs", { limit: 50, cursor });
      seen.push(...shown(text));
      cursor = /cursor=(\S+)\.$/.exec(text)?.[1];
    }
    expect(seen).toEqual(Array.from({ length: 130 }, (_, at) => String(129 - at)));
  });

  test("so far back by level it cannot go, and a place of another platform it does not know", async () => {
    expect(await refused("search_logs", { min_level: "warn", limit: 50, cursor: "~60" })).toContain(
      "search_logs was not called: this platform cannot go on so far by level",
    );
    expect(await refused("search_logs", { cursor: "page.2" })).toContain("cursor is none that this platform has given");
  });

  test("are found by text in which it takes some characters for any", async () => {
    expect(await use("search_logs", { query: "50 %", limit: 1 })).toContain(
      "This platform takes % and _ in query for any characters",
    );
  });

  test("that are not there: which filter excluded most", async () => {
    const text = await use("search_logs", { query: "nowhere", service: "web", min_level: "fatal" });
    expect(text).toMatch(
      /^no logs\. There are no such logs at any time that is kept\. In this time there are 130 logs;/,
    );
  });
});

test("traces are listed; what it cannot filter by is said", async () => {
  const text = await use("list_traces", { min_duration_ms: 5000 });
  expect(text).toContain(`${olderTrace} "GET /" web error 1200 2026-02-23T07:00:00Z`);
  expect(text).toContain("This platform does not look for durations: these are of any.");
});

test("a trace is shown without what is not known of its spans", async () => {
  const text = await use("get_trace", { trace_id: olderTrace });
  expect(text).toContain("\nspans_total: 2\nerrors_total: 2\n");
  expect(await refused("get_trace", { trace_id: othersTrace })).toContain("the trace has nothing of this project");
  expect(text).toMatch(/\n"GET \/" \[web\] 1200ms \+0ms \*.* ERROR #1000\n {2}SELECT .* ERROR #2000\n/);
});

describe("metrics", () => {
  const range = { from: "2026-02-23T07:00:00Z", to: "2026-02-23T07:03:00Z", step: 60 };

  test("that it gives as they came are aggregated here", async () => {
    const text = await use("query_metrics", { name: "memory", agg: "max", ...range });
    expect(text).toContain("\nunit: By\n");
    expect(fenced(text)).toEqual(["memory", "  min 35 avg 48.33 max 70 last 35: 40,70,35"]);
    const rate = await use("query_metrics", { name: "http.requests", labels: { route: "/" }, ...range });
    // 30; 30 and, set back, 5; 30.
    expect(fenced(rate)[1]).toBe("  min 0.5 avg 0.5278 max 0.5833 last 0.5: 0.5,0.5833,0.5");
  });

  test("of several series, which it does not tell apart, are not made up", async () => {
    expect(await refused("query_metrics", { name: "http.requests", ...range })).toContain(
      "this platform does not tell series apart, and there are 2: give labels that one series alone has",
    );
    expect(await use("query_metrics", { name: "http.requests", agg: "max", ...range })).toContain(
      "This platform does not tell series apart: the values are of 2 together.",
    );
  });

  test("are listed by name, and a name that is not there says which are", async () => {
    expect(await use("list_metric_names")).toContain('http.requests counter - 2 "route(2)"');
    expect(fenced(await use("list_metric_names", { name: "http.requests" }))).toHaveLength(3);
    expect(await use("query_metrics", { name: "nothing", ...range })).toContain("There are http.requests, memory;");
  });
});

describe("alerts", () => {
  const note = "This platform keeps no state of rules: firing is told by their events;";

  test("that fire come first, as their events tell", async () => {
    const text = await use("list_alerts");
    expect(text).toMatch(/\n\S+ loud firing 2026-02-23T07:01:00Z .*\n\S+ quiet unknown - /);
    expect(text).toContain(note);
    expect(await use("list_alerts", { status: "firing" })).not.toContain("quiet");
    // Without its events it would list all as firing: it does not know the filter.
    expect(await use("list_alerts", { status: "pending" })).toMatch(/^no alerts\.[\s\S]*not known\.$/);
  });

  test("show their state, events and where to look", async () => {
    const text = await use("get_alert", { alert_id: ruleIds.loud });
    expect(text).toContain("state: firing\nsince: 2026-02-23T07:01:00Z\n");
    expect(text).toContain('2026-02-23T07:01:00Z firing 120 "Alert condition met"');
    expect(text).toContain("Next: query_metrics with name=memory and from=");
  });
});

describe("the project of a call", () => {
  const other = "00000000-0000-4000-8000-000000000077";

  test("is the server's own, and no argument names another", async () => {
    expect(await refused("search_logs", { project_id: other })).toContain('unknown argument "project_id"');
  });

  test("may be another or all where the operator lets calls cross projects", async () => {
    await using crossing = await start({ PROJECT_ID: olderProject, PLATFORM_CROSS_PROJECT: "1" });
    const asked = standIn.requests.length;
    for (const args of [{}, { project_id: other }, { project_id: "all" }]) await call(crossing, "list_traces", args);
    const projects = standIn.requests
      .slice(asked)
      .map(({ url }) => new URL(url, "http://platform").searchParams.get("project_id"));
    expect(projects).toEqual([olderProject, other, null]);
  });

  test("is named by each call where the server has none", async () => {
    await using unbound = await start({});
    expect((await call(unbound, "list_alerts")).text).toBe("list_alerts was not called: project_id is required.");
    expect((await call(unbound, "get_trace", { trace_id: olderTrace })).isError).toBe(false);
  });
});
