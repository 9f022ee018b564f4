import type { webhooks } from "@platform-mcp/client/contract";
import { type Selectable, sql } from "kysely";
import type * as z from "zod";
import type { Queryable } from "../db/queryable.ts";
import type { WebhooksTable } from "../db/schema.ts";

export type WebhookRow = Selectable<WebhooksTable>;
type WebhookView = z.output<typeof webhooks.webhook>;
type DeliveryView = z.output<typeof webhooks.webhookDelivery>;

interface Page {
  readonly limit: number;
  readonly offset: number;
}

/** A webhook as the API shows it: without its secret. */
export function webhookView({ encrypted_secret, created_by: _, ...row }: WebhookRow): WebhookView {
  return { ...row, has_secret: encrypted_secret !== null };
}

/** A webhook as the audit log shows it, which shows nothing that is called a secret. */
export function auditedWebhook({ encrypted_secret, url, events, active }: WebhookRow): Record<string, unknown> {
  return { url, events, active, signed: encrypted_secret !== null };
}

/** A page of a project's webhooks, oldest first. */
export async function listWebhooks(db: Queryable, projectId: string, page: Page): Promise<WebhookView[]> {
  const rows = await db
    .selectFrom("webhooks")
    .where("project_id", "=", projectId)
    .selectAll()
    .orderBy("created_at")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
  return rows.map(webhookView);
}

export async function findWebhook(db: Queryable, projectId: string, id: string): Promise<WebhookRow | undefined> {
  return await db
    .selectFrom("webhooks")
    .where("project_id", "=", projectId)
    .where("id", "=", id)
    .selectAll()
    .executeTakeFirst();
}

/** A page of what was and will be sent to a webhook, newest first. */
export async function listDeliveries(db: Queryable, webhookId: string, page: Page): Promise<DeliveryView[]> {
  return await db
    .selectFrom("webhook_deliveries")
    .where("webhook_id", "=", webhookId)
    .select(["id", "webhook_id", "event", "attempts", "response_status", "error", "created_at", "delivered_at"])
    .select(sql<DeliveryView["status"]>`case status when 'running' then 'pending' else status end`.as("status"))
    .select(sql<string | null>`case when status = 'pending' then next_attempt_at end`.as("next_attempt_at"))
    .orderBy("created_at", "desc")
    .orderBy("id")
    .limit(page.limit)
    .offset(page.offset)
    .execute();
}
