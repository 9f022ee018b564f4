import { describe, expect, test } from "vitest";
import { asked, project, sendJson, standInPlatform } from "../testing/stand-in-platform.ts";

const points = "GET /api/observe/metrics";
const names = "GET /api/observe/metrics/names";

const withoutMark = (text: string) => text.replaceAll(/(?<=untrusted )\w+/g, "mark");

function series(name: string, labels: object = {}, fields: object = {}): object {
  return { name, labels, metric_type: "counter", unit: "1", last_at: "2026-11-23T07:15:00Z", ...fields };
}

/** What was asked about points. */
function questionOf({ requests }: { readonly requests: readonly string[] }): Record<string, string> {
  return asked(requests.find((request) => request.startsWith(`${points}?`)));
}

const at = (minute: number) => new Date(Date.UTC(2026, 10, 23, 7, minute)).toISOString();
const to = "2026-11-23T07:20:00Z";
const from = "2026-11-23T07:00:00Z";

describe("query_metrics", () => {
  const routes = {
    [names]: [series("http.requests", { route: "/" }), series("http.requests", { route: "/pay", status: 500 })],
    [points]: [
      { timestamp: at(2), value: 1, labels: { route: "/" } },
      { timestamp: at(2), value: 10.123456, labels: { route: "/pay", status: 500 } },
      { timestamp: at(3), value: 2, labels: { route: "/" } },
      { timestamp: at(5), value: 3, labels: { route: "/" } },
      { timestamp: at(5), value: 123_456.7, labels: { route: "/pay", status: 500 } },
    ],
  };

  test("shows each series with its figures and values, the largest first", async () => {
    await using platform = await standInPlatform({ routes });
    const { text } = await platform.call("query_metrics", { name: "http.requests", from, to });
    expect(withoutMark(text)).toMatchInlineSnapshot(`
      "type: counter
      unit: 1
      values: rate of each 60 s from 2026-11-23T07:02:00Z; min, avg, max and last are of these
      series 1-2 of 2
      <untrusted mark>
      http.requests
        min 10.12 avg 61730 max 123500 last 123500: 10.12,-,-,123500 {"route":"/pay","status":500}
        min 1 avg 2 max 3 last 3: 1,2,-,3 {"route":"/"}
      </untrusted mark>"
    `);
    expect(questionOf(platform)).toEqual({
      ...{ name: "http.requests", project_id: project, step: "60", from, to },
      limit: "10000",
    });
  });

  test("labels go as a JSON object; step and agg as they are given", async () => {
    await using platform = await standInPlatform({ routes });
    const { text } = await platform.call("query_metrics", {
      ...{ name: "http.requests", from, to },
      ...{ labels: { route: "/", status: 500 }, step: 30, agg: "max" },
    });
    expect(questionOf(platform)).toMatchObject({ labels: '{"route":"/","status":500}', step: "30", agg: "max" });
    expect(text).toContain("values: max of each 30 s from 2026-11-23T07:02:00Z");
  });

  test("as data, too", async () => {
    await using platform = await standInPlatform({ routes, options: { output: "structured" } });
    const { data } = await platform.call("query_metrics", { name: "http.requests", from, to });
    expect(data).toMatchObject({
      type: "counter",
      series: [
        { labels: '{"route":"/pay","status":500}', max: 123_500, values: "10.12,-,-,123500" },
        { labels: '{"route":"/"}', min: 1, avg: 2, last: 3, values: "1,2,-,3" },
      ],
    });
  });

  test("what there is too much of is said to be cut", async () => {
    const many = Array.from({ length: 10_000 }, (_, index) => ({ timestamp: at(2), value: index, labels: { index } }));
    await using platform = await standInPlatform({ routes: { ...routes, [points]: many } });
    const { text } = await platform.call("query_metrics", { name: "http.requests", from, to });
    expect(text).toContain("The platform gave the earliest 10000 points alone; what is later is missing.");
    expect(text).toContain("query_metrics with labels that fewer series have, or a larger step.");
  });

  test.each([
    ["no such metric", { name: "http.request" }, [series("http.requests"), series("db.queries")]],
    ["no metrics", { name: "http.request" }, []],
    ["no such labels", { name: "db.queries", labels: { table: "x" } }, [series("db.queries", { db: "shop" })]],
    ["nothing in this time", { name: "db.queries" }, [series("db.queries")]],
  ])("%s: says what exists", async (_, args, known) => {
    await using platform = await standInPlatform({ routes: { [points]: [], [names]: known } });
    expect((await platform.call("query_metrics", { from, to, ...args })).text).toMatchSnapshot();
  });

  test("more values than anybody reads are refused, with the step that would do", async () => {
    await using platform = await standInPlatform({ routes });
    const { text } = await platform.call("query_metrics", { name: "x", from: "2026-11-16T07:20:00Z", to, step: 1 });
    expect(text).toBe(
      "query_metrics was not called: this step makes 604800 values of each series, and more than 1000 are too many to read: step must be at least 605, or the time shorter.",
    );
    expect(platform.requests).toEqual([]);
  });

  test("points of another time than was asked for are left out", async () => {
    const far = { timestamp: "1970-01-01T00:00:00Z", value: 7, labels: { route: "/" } };
    await using platform = await standInPlatform({ routes: { ...routes, [points]: [far, ...routes[points]] } });
    const { text } = await platform.call("query_metrics", { name: "http.requests", from, to });
    expect(text).toContain("values: rate of each 60 s from 2026-11-23T07:02:00Z;");
  });

  test("a time that ends before it begins is refused", async () => {
    await using platform = await standInPlatform({ routes });
    const { text } = await platform.call("query_metrics", { name: "x", from: to, to: from });
    expect(text).toBe("query_metrics was not called: from must not be after to.");
  });
});

describe("list_metric_names", () => {
  const known = [
    series("http.requests", { route: "/", status: 200 }),
    series("http.requests", { route: "/pay", status: 200 }, { last_at: "2026-11-23T07:19:00Z" }),
    series("db pool", {}, { metric_type: "gauge", unit: null }),
  ];

  test("gives each metric a row, with its labels and how many values each has", async () => {
    await using platform = await standInPlatform({ routes: { [names]: known } });
    expect((await platform.call("list_metric_names")).text).toMatchInlineSnapshot(`
      "metrics 1-2 of 2: metric type unit series labels last_at
      http.requests counter 1 2 "route(2),status(1)" 2026-11-23T07:19:00Z
      "db pool" gauge - 1 - 2026-11-23T07:15:00Z"
    `);
  });

  test("with a name lists its series, whether the platform knows to or not", async () => {
    await using platform = await standInPlatform({ routes: { [names]: known } });
    const { text } = await platform.call("list_metric_names", { name: "http.requests" });
    expect(withoutMark(text)).toMatchInlineSnapshot(`
      "series 1-2 of 2
      <untrusted mark>
      http.requests
        counter 2026-11-23T07:15:00Z {"route":"/","status":200}
        counter 2026-11-23T07:19:00Z {"route":"/pay","status":200}
      </untrusted mark>"
    `);
  });

  test("looks through pages, and says so when there may be more", async () => {
    const page = (offset: number) => Array.from({ length: 1000 }, (_, at) => series("m", { at: at + offset }));
    await using platform = await standInPlatform({
      routes: { [names]: (response, query) => sendJson(200, page(Number(query.get("offset"))))(response) },
    });
    const { text } = await platform.call("list_metric_names");
    expect(text).toContain('m counter 1 5000 "at(5000)"');
    expect(text).toContain("there may be more.");
  });

  test("none at all", async () => {
    await using platform = await standInPlatform({ routes: { [names]: [] } });
    expect((await platform.call("list_metric_names")).text).toBe("no metrics. Programs send them by OTLP.");
  });
});
