import * as z from "zod";
import { endpoint } from "./endpoint.ts";
import { page } from "./lists.ts";
import { done, timestamp, uuid } from "./values.ts";

export const webhookEvent = z.enum(["push", "mr", "issue", "build", "deploy", "agent", "alert"]);
export type WebhookEvent = z.output<typeof webhookEvent>;

/** A webhook without its secret, which is never given out. */
export const webhook = z.object({
  id: uuid,
  project_id: uuid,
  url: z.string(),
  events: z.array(webhookEvent),
  active: z.boolean(),
  created_at: timestamp,
  /** Whether deliveries are signed. */
  has_secret: z.boolean().optional(),
});

/** One event on its way to a webhook. */
export const webhookDelivery = z.object({
  id: uuid,
  webhook_id: uuid,
  event: z.union([webhookEvent, z.literal("test")]),
  status: z.enum(["pending", "delivered", "failed"]),
  /** How often it was tried, and when it is tried again. */
  attempts: z.int(),
  next_attempt_at: timestamp.nullable(),
  /** What the receiver answered last. */
  response_status: z.int().nullable(),
  /** Why the last attempt failed. */
  error: z.string().nullable(),
  created_at: timestamp,
  delivered_at: timestamp.nullable(),
});

const url = z.url({ protocol: /^https?$/, error: "must start with http:// or https://" }).max(2048);
const events = z.array(webhookEvent).min(1).max(20);
/** The key of the signature. */
const secret = z.string().min(1).max(255);

export const listWebhooks = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/webhooks",
  summary: "List a project's webhooks",
  permission: "project:write",
  query: page,
  response: z.array(webhook),
});

export const createWebhook = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/webhooks",
  summary: "Have events of a project sent to an address",
  permission: "project:write",
  body: z.object({ url, events, secret: secret.nullish(), active: z.boolean().default(true) }),
  response: webhook,
  status: 201,
});

export const getWebhook = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/webhooks/{webhook_id}",
  summary: "Get a webhook",
  permission: "project:write",
  response: webhook,
});

export const updateWebhook = endpoint({
  method: "PATCH",
  path: "/api/projects/{project_id}/webhooks/{webhook_id}",
  summary: "Change a webhook; what is left out stays, null clears its secret",
  permission: "project:write",
  body: z.object({
    url: url.optional(),
    events: events.optional(),
    secret: secret.nullish(),
    active: z.boolean().optional(),
  }),
  response: webhook,
});

export const deleteWebhook = endpoint({
  method: "DELETE",
  path: "/api/projects/{project_id}/webhooks/{webhook_id}",
  summary: "Remove a webhook; what is on its way to it is not sent any more",
  permission: "project:write",
  response: done,
});

export const testWebhook = endpoint({
  method: "POST",
  path: "/api/projects/{project_id}/webhooks/{webhook_id}/test",
  summary: "Send a webhook an event `test`",
  permission: "project:write",
  rate: "expensive",
  response: done.extend({ delivery_id: uuid.optional() }),
});

export const listWebhookDeliveries = endpoint({
  method: "GET",
  path: "/api/projects/{project_id}/webhooks/{webhook_id}/deliveries",
  summary: "List what was and will be sent to a webhook, newest first; kept for a week",
  permission: "project:write",
  query: page,
  response: z.array(webhookDelivery),
});
