import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page, pageOf } from "./lists.ts";
import { done, queryBoolean, timestamp, uuid } from "./values.ts";

export const alertCondition = z.enum(["gt", "lt", "eq", "absent"]);
export type AlertCondition = z.output<typeof alertCondition>;
export const alertSeverity = z.enum(["info", "warning", "critical"]);

/**
 * - `ok`: its condition does not hold. - `pending`: it holds, but not yet for `for_seconds`. - `firing`: it has held for that long.
 * - `no_data`: there was nothing to judge by for `for_seconds`. A rule that fires goes on until there is something to judge by.
 */
export const alertState = z.enum(["ok", "pending", "firing", "no_data"]);
export type AlertState = z.output<typeof alertState>;

/** A rule, and what is known of it. */
export const alertRule = z.object({
  id: uuid,
  name: z.string(),
  description: z.string().nullable(),
  /** `metric:NAME [labels:{"k":"v"}] [agg:avg|sum|max|min|count|rate|p50|p95|p99] [window:SECONDS]` */
  query: z.string(),
  condition: alertCondition,
  threshold: z.number().nullable(),
  for_seconds: z.int(),
  severity: alertSeverity,
  /** `webhook`: the project's webhooks that have subscribed to `alert` are told; empty: nobody is. */
  notify_channels: z.array(z.string()),
  /** Null for a rule over the telemetry of the platform as a whole. */
  project_id: uuid.nullable(),
  enabled: z.boolean(),
  created_at: timestamp,
  state: alertState.optional(),
  /** Since when it is in this state. */
  state_since: timestamp.nullish(),
  /** What its query gave last; null when that was nothing. */
  last_value: z.number().nullish(),
  last_evaluated_at: timestamp.nullish(),
  /** Why it could not be evaluated the last time. */
  error: z.string().nullish(),
});
export type AlertRule = z.output<typeof alertRule>;

export const alertEvent = z.object({
  id: uuid,
  rule_id: uuid,
  status: z.enum(["firing", "resolved"]),
  value: z.number().nullable(),
  message: z.string().nullable(),
  created_at: timestamp,
  resolved_at: timestamp.nullable(),
});

const ruleName = z.string().min(1).max(255);
const description = z.string().max(10_000);
/** Read by `observe/alerts/query-language.ts` of the platform, which says what is wrong with it. */
const query = z.string().min(1).max(1000);
const forSeconds = z.int().min(10).max(3600);
const channels = z.array(z.enum(["webhook"])).max(10);

export const listAlerts = endpoint({
  method: "GET",
  path: "/api/observe/alerts",
  summary: "List alert rules with their state, those that fire first",
  permission: "observe:read",
  scope: "named",
  query: page.extend({
    project_id: uuid.optional(),
    enabled: queryBoolean.optional(),
    status: alertState.optional(),
  }),
  response: pageOf(alertRule),
});

export const createAlert = endpoint({
  method: "POST",
  path: "/api/observe/alerts",
  summary: "Create an alert rule: on a project, or with alert:manage everywhere over the whole platform",
  permission: "alert:manage",
  scope: "named",
  body: z.object({
    name: ruleName,
    description: description.nullish(),
    query,
    condition: alertCondition,
    /** Required unless the condition is `absent`. */
    threshold: z.number().nullish(),
    for_seconds: forSeconds.default(60),
    severity: alertSeverity.default("warning"),
    notify_channels: channels.default(["webhook"]),
    project_id: uuid.nullish(),
  }),
  response: alertRule,
  status: 201,
});

export const getAlert = endpoint({
  method: "GET",
  path: "/api/observe/alerts/{alert_id}",
  summary: "Get an alert rule with its state",
  permission: "observe:read",
  scope: "each",
  response: alertRule,
});

export const updateAlert = endpoint({
  method: "PATCH",
  path: "/api/observe/alerts/{alert_id}",
  summary: "Change an alert rule; what is left out stays, null clears. One whose rule changes begins anew",
  permission: "alert:manage",
  scope: "each",
  body: z.object({
    name: ruleName.optional(),
    description: description.nullish(),
    query: query.optional(),
    condition: alertCondition.optional(),
    threshold: z.number().nullish(),
    for_seconds: forSeconds.optional(),
    severity: alertSeverity.optional(),
    notify_channels: channels.optional(),
    enabled: z.boolean().optional(),
  }),
  response: alertRule,
});

export const deleteAlert = endpoint({
  method: "DELETE",
  path: "/api/observe/alerts/{alert_id}",
  summary: "Delete an alert rule and its events",
  permission: "alert:manage",
  scope: "each",
  response: done,
});

export const listAlertEvents = endpoint({
  method: "GET",
  path: "/api/observe/alerts/{alert_id}/events",
  summary: "List when an alert fired and when that was over, newest first",
  permission: "observe:read",
  scope: "each",
  query: page,
  response: pageOf(alertEvent),
});
