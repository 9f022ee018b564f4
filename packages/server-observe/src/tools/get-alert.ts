import { alerts } from "@platform-mcp/client";
import {
  ArgumentError,
  definePlatformTool,
  list,
  named,
  note,
  record,
  text,
  time,
  user,
} from "@platform-mcp/server-kit";
import * as z from "zod";
import { nextStep } from "../alerts/next-step.ts";
import { ruleOutput, ruleRow } from "../alerts/rule.ts";
import { stateless, withStates } from "../alerts/states-of-older.ts";
import { brief } from "../metrics/value-series.ts";

/** Events that are shown with a rule. */
const shownEvents = 10;

export const getAlert = definePlatformTool({
  name: "get_alert",
  title: "Get alert",
  description: "Get an alert rule: what it looks at, its state, and when it fired.",
  risk: "read",
  input: { alert_id: z.uuid(), offset: z.int().min(0).default(0).describe("Of its events") },
  output: {
    ...ruleOutput,
    query: z.string(),
    channels: z.array(z.string()),
    last_evaluated_at: z.string().nullable(),
    error: z.string().nullable(),
    created_at: z.string(),
    description: z.string().optional(),
    events: z.array(
      z.object({
        at: z.string(),
        status: z.string(),
        value: z.number().nullable(),
        resolved_at: z.string().nullable(),
        message: z.string().nullable(),
      }),
    ),
    total_events: z.int(),
  },
  uses: [alerts.getAlert, alerts.listAlertEvents],
  async run({ api, boundProject }, { alert_id, offset }) {
    const got = await api.call(alerts.getAlert, { alert_id });
    if (boundProject !== undefined && got.project_id !== boundProject) {
      throw new ArgumentError("the rule is not of this project; list_alerts shows those there are");
    }
    const [rule = got] = await withStates(api, [got]);
    const { items, total } = await api.call(alerts.listAlertEvents, { alert_id, limit: shownEvents, offset });
    const cut = () => "The description is longer than an answer may be and was cut.";
    const next = nextStep(rule);
    const notes = [...(got.state === undefined ? [stateless] : []), ...(next === undefined ? [] : [next])];
    return [
      record({
        ...ruleRow(rule, boundProject === undefined),
        query: named(rule.query),
        channels: rule.notify_channels,
        last_evaluated_at: time(rule.last_evaluated_at),
        error: user(rule.error),
        created_at: time(rule.created_at),
      }),
      ...(rule.description?.trim()
        ? [text({ key: "description", text: rule.description, share: 0.4, rest: cut, lineCut: cut })]
        : []),
      list({
        of: "events",
        items: items.map((event) => ({
          at: time(event.created_at),
          status: event.status,
          value: event.value === null ? null : brief(event.value),
          resolved_at: time(event.resolved_at),
          message: user(event.message),
        })),
        offset,
        total,
        next: (next) => `get_alert with alert_id=${alert_id} and offset=${next}`,
        empty: "It has never fired.",
      }),
      ...(notes.length === 0 ? [] : [note(notes.join(" "))]),
    ];
  },
});
