import { describe, expect, test } from "vitest";
import { after, asked, idOf, paged, project, ruleWith, standInPlatform } from "../testing/stand-in-platform.ts";

const list = "GET /api/observe/alerts";

describe("list_alerts", () => {
  test("gives each rule a row with its state", async () => {
    const items = [
      ruleWith(),
      ruleWith({
        id: idOf(2),
        name: "quiet",
        condition: "absent",
        threshold: null,
        state: "no_data",
        last_value: null,
      }),
      ruleWith({ id: idOf(3), name: "old", enabled: false, state: "ok", severity: "info" }),
    ];
    await using platform = await standInPlatform({ routes: { [list]: { items, total: 9 } } });
    expect((await platform.call("list_alerts")).text).toMatchInlineSnapshot(`
      "alerts 1-3 of 9: id name state since severity when for_seconds last_value
      00000000-0000-4000-8000-000000000001 "checkout fails" firing 2026-11-23T07:15:41Z critical >0.5 60 2.5
      00000000-0000-4000-8000-000000000002 quiet no_data 2026-11-23T07:15:41Z critical absent 60 -
      00000000-0000-4000-8000-000000000003 old disabled 2026-11-23T07:15:41Z info >0.5 60 2.5
      There are more: list_alerts with offset=3."
    `);
  });

  test("asks the platform for one state", async () => {
    await using platform = await standInPlatform({ routes: { [list]: { items: [], total: 0 } } });
    expect((await platform.call("list_alerts", { status: "firing" })).text).toBe(
      "no alerts. Without status it lists every rule.",
    );
    expect(asked(platform.requests[0])).toMatchObject({ project_id: project, status: "firing" });
    expect((await platform.call("list_alerts")).text).toBe("no alerts. Nobody has made a rule.");
  });
});

describe("get_alert", () => {
  const alert_id = idOf(1);
  const events = [
    {
      id: idOf(50),
      rule_id: alert_id,
      status: "firing",
      value: 2.5,
      message: "2.5 > 0.5",
      created_at: after(0),
      resolved_at: null,
    },
    {
      ...{ id: idOf(49), rule_id: alert_id, status: "resolved", value: 0.75, message: null },
      ...{ created_at: after(-900_000), resolved_at: after(-600_000) },
    },
  ];
  const show = async (rule: object, args: object = {}, options: object = {}) => {
    await using platform = await standInPlatform({
      routes: { [`${list}/${alert_id}`]: rule, [`${list}/${alert_id}/events`]: { items: events, total: 12 } },
      ...options,
    });
    const { text } = await platform.call("get_alert", { alert_id, ...args });
    return text.replaceAll(/(?<=untrusted )\w+/g, "mark");
  };

  test("tells what it looks at, since when it fires, and where to look", async () => {
    expect(await show(ruleWith({ description: "Pages the shop.\nSee the runbook." }))).toMatchInlineSnapshot(`
      "id: 00000000-0000-4000-8000-000000000001
      name: "checkout fails"
      state: firing
      since: 2026-11-23T07:15:41Z
      severity: critical
      when: >0.5
      for_seconds: 60
      last_value: 2.5
      query: "metric:http.errors labels:{\\"route\\":\\"/checkout\\"} agg:rate"
      channels: webhook
      last_evaluated_at: 2026-11-23T07:15:42Z
      created_at: 2026-11-20T10:00:00Z
      <untrusted mark>
      Pages the shop.
      See the runbook.
      </untrusted mark>
      events 1-2 of 12: at status value resolved_at message
      2026-11-23T07:15:41Z firing 2.5 - "2.5 > 0.5"
      2026-11-23T07:00:41Z resolved 0.75 2026-11-23T07:05:41Z -
      There are more: get_alert with alert_id=00000000-0000-4000-8000-000000000001 and offset=2.
      Next: query_metrics with name=http.errors and from=2026-11-23T07:13:41Z; search_logs with min_level=error and from=2026-11-23T07:13:41Z; list_traces with status=error and from=2026-11-23T07:13:41Z."
    `);
  });

  test.each([
    [{ state: "no_data" }, /Its metric has no points: .*query_metrics with name=http\.errors and from=-1d\.$/],
    [{ error: "no such label" }, /The rule could not be evaluated: somebody must correct its query\.$/],
    [{ enabled: false }, /The rule is disabled: it is not evaluated\.$/],
    [{ state: "ok" }, /offset=2\.$/],
  ] as const)("of %j says what that means", async (fields, end) => {
    expect(await show(ruleWith(fields))).toMatch(end);
  });

  test("of another project is not shown by a server that is bound to its own", async () => {
    const other = ruleWith({ project_id: idOf(77) });
    expect(await show(other)).toBe(
      "get_alert was not called: the rule is not of this project; list_alerts shows those there are.",
    );
    expect(await show(other, {}, { options: { crossProject: true } })).toContain(`project_id: ${idOf(77)}`);
  });
});

test("what belongs to no project is seen with all, where calls may leave the project", async () => {
  const platformRule = ruleWith({ project_id: null });
  await using platform = await standInPlatform({
    routes: { [list]: { items: [platformRule], total: 1 }, "GET /api/observe/logs": paged([]) },
    options: { crossProject: true },
  });
  await platform.call("list_alerts", { project_id: "all" });
  await platform.call("search_logs", { project_id: "all", cursor: "x" });
  for (const request of platform.requests) expect(request).not.toContain("project_id");
  expect(platform.requests).toHaveLength(2);
});
