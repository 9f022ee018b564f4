import { describe, expect, test } from "vitest";
import {
  asked,
  idOf,
  logAt,
  paged,
  project,
  sendJson,
  standInPlatform,
  traceId,
} from "../testing/stand-in-platform.ts";

const path = "GET /api/observe/logs";

const withoutMark = (text: string) => text.replaceAll(/(?<=untrusted )\w+/g, "mark");

describe("search_logs", () => {
  test("shows when, how bad, of which service and in which trace; days and ids once", async () => {
    const items = [
      logAt(9000.25, {
        level: "error",
        message: "payment failed\n    at pay (shop.js:1:2)",
        trace_id: traceId,
        attributes: { "http.route": "/checkout", "host.name": "shop-1", region: "eu" },
      }),
      logAt(8000, { trace_id: traceId, service: "step build", attributes: { region: "eu" } }),
      logAt(-86_400_000, { session_id: idOf(7), attributes: { region: "eu", user: "ada" } }),
    ];
    await using platform = await standInPlatform({ routes: { [path]: paged(items) } });
    expect(withoutMark((await platform.call("search_logs")).text)).toMatchInlineSnapshot(`
      "time: 2026-11-23T06:16:00Z to 2026-11-23T07:16:00Z
      in_all: "{\\"region\\":\\"eu\\"}"
      logs 1-3 of 3, newest first:
      <untrusted mark>
      2026-11-23T07:15:50.000Z error web trace=4bf92f3577b34da6a3ce929d0e0e4736
        payment failed
            at pay (shop.js:1:2)
        {"http.route":"/checkout"}
      07:15:49.000 info "step build" trace=4bf92f35…
        message 8000
      2026-11-22T07:15:41.000Z info web session=00000000-0000-4000-8000-000000000007
        message -86400000
        {"user":"ada"}
      </untrusted mark>"
    `);
  });

  test("asks as it was asked, with times that are relative to now", async () => {
    await using platform = await standInPlatform({ routes: { [path]: paged([logAt(1)]) } });
    const filters = { min_level: "warn", service: "web", trace_id: traceId, session_id: idOf(7) };
    await platform.call("search_logs", { query: "50%", from: "-15m", ...filters });
    const { from = "", ...query } = asked(platform.requests[0]);
    expect(query).toEqual({ q: "50%", limit: "30", offset: "0", project_id: project, ...filters });
    const ago = Date.now() - Date.parse(from);
    expect(ago).toBeGreaterThanOrEqual(900_000);
    expect(ago).toBeLessThan(960_000);
  });

  test("one by itself is shown with all that is known of it", async () => {
    const attributes = { stack: "x".repeat(1000) };
    await using platform = await standInPlatform({ routes: { [path]: paged([logAt(1, { attributes })]) } });
    expect((await platform.call("search_logs")).text).toContain(attributes.stack);
  });

  test("credentials are masked, in messages and attributes", async () => {
    const secret = `plat_api_${"0123456789abcdef".repeat(4)}`;
    const log = logAt(1, { message: `token ${secret}`, attributes: { [secret]: "x", header: `Bearer ${secret}` } });
    for (const output of ["text", "structured"] as const) {
      await using platform = await standInPlatform({ routes: { [path]: paged([log, log]) }, options: { output } });
      const { text, data } = await platform.call("search_logs");
      expect(text + JSON.stringify(data)).not.toContain("0123456789abcdef0123");
      expect(text + JSON.stringify(data)).toContain("[masked]");
    }
  });
});

describe("pages", () => {
  const items = Array.from({ length: 50 }, (_, at) =>
    logAt(5000 - at, { message: `number ${at} ${"word ".repeat(60)}` }),
  );
  const route = (response: Parameters<ReturnType<typeof sendJson>>[0], query: URLSearchParams) => {
    const first = query.get("before") === "page.2" ? 30 : Number(query.get("offset") ?? 0);
    const limit = Number(query.get("limit"));
    const next = first + limit < items.length ? "page.2" : null;
    sendJson(200, paged(items.slice(first, first + limit), { total: 50, next }))(response);
  };

  test("follow one another by the platform's own places", async () => {
    await using platform = await standInPlatform({ routes: { [path]: route } });
    const first = await platform.call("search_logs");
    expect(first.text).toContain("logs 1-30 of 50, newest first:");
    expect(first.text).toMatch(/There are more: the same call with cursor=page\.2~30\.$/);
    const second = await platform.call("search_logs", { cursor: "page.2~30", from: "-2h" });
    expect(second.text).toContain("logs 31-50 of 50, newest first:");
    expect(second.text).not.toContain("There are more");
    // The platform's place holds the time that was searched first.
    expect(asked(platform.requests.at(-1))).toEqual({ limit: "30", before: "page.2", project_id: project });
  });

  test("what did not fit is had by the cursor, without gap or overlap", async () => {
    await using platform = await standInPlatform({ routes: { [path]: route }, options: { resultTokens: 1500 } });
    const seen: string[] = [];
    for (let args: object | undefined = { limit: 30 }; args !== undefined; ) {
      const { text, isError } = await platform.call("search_logs", args);
      expect(isError, text).toBe(false);
      seen.push(...[...text.matchAll(/number (\d+) /g)].map(([, number = ""]) => number));
      const [, to, cursor] = /the same call with (?:to=(\S+) and )?cursor=(\S+)\.$/.exec(text) ?? [];
      args = cursor === undefined ? undefined : { limit: 30, cursor, ...(to && { to }) };
      expect(seen.length).toBeLessThan(60);
    }
    expect(seen).toEqual(items.map((_, at) => String(at)));
  });

  test("beyond the end there are no more", async () => {
    await using platform = await standInPlatform({ routes: { [path]: paged([]) } });
    expect((await platform.call("search_logs", { cursor: "page.3~60" })).text).toMatch(
      /\nno logs\. The list ends before it\.$/,
    );
    expect((await platform.call("search_logs", { cursor: "a b" })).text).toContain(
      "cursor: must be as an answer before has given it",
    );
  });
});

describe("no logs", () => {
  /** Two of web, one of them an error, and an older one of db. */
  const logs = [logAt(2, { level: "error" }), logAt(1), logAt(-9_000_000, { service: "db", message: "slow" })];
  const answer = (response: Parameters<ReturnType<typeof sendJson>>[0], query: URLSearchParams) => {
    const from = query.get("from") ?? "2026-11-23T06:16:00.5Z";
    const found = logs.filter(
      (log) =>
        log.timestamp >= from &&
        log.message.includes(query.get("q") ?? "") &&
        (query.get("service") ?? log.service) === log.service &&
        (query.get("min_level") === null || log.level === "error"),
    );
    sendJson(200, paged(found.slice(0, Number(query.get("limit"))), { total: found.length }))(response);
  };

  test.each([
    [{ query: "nowhere", service: "web" }],
    [{ query: "message", service: "db" }],
    [{ query: "slow", service: "db" }],
  ])("of %j: which filter excluded most, and what exists", async (args) => {
    await using platform = await standInPlatform({ routes: { [path]: answer } });
    expect((await platform.call("search_logs", args)).text).toMatchSnapshot();
  });

  test("at all", async () => {
    await using platform = await standInPlatform({ routes: { [path]: paged([]) } });
    expect((await platform.call("search_logs")).text).toMatchInlineSnapshot(`
      "time: 2026-11-23T06:16:00Z to 2026-11-23T07:16:00Z
      no logs. There are no logs at any time that is kept."
    `);
  });

  test("and no way to find out why: it says so by saying nothing", async () => {
    let calls = 0;
    await using platform = await standInPlatform({
      routes: {
        [path]: (response) =>
          calls++ === 0
            ? sendJson(200, paged([]))(response)
            : sendJson(400, { error: "the search takes too long" })(response),
      },
    });
    expect((await platform.call("search_logs", { service: "web" })).text).toMatch(/no logs\.$/);
  });
});
