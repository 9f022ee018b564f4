import { randomUUID } from "node:crypto";
import type { BodyOf, webhooks } from "@platform-mcp/client/contract";
import type { AuditRecord } from "../audit/entry.ts";
import type { Queryable } from "../db/queryable.ts";
import { given } from "../given.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { RefusedAddressError } from "../outbound/refused-address-error.ts";
import { conflict, invalid, notFound } from "../problem.ts";
import type { MasterKey } from "../secrets/master-key.ts";
import { auditedWebhook, type WebhookRow } from "./queries.ts";
import { encryptSecret } from "./webhook-secret.ts";

/** What writing webhooks takes of the platform. */
export interface WebhookServices {
  readonly masterKey: MasterKey;
  readonly outbound: Outbound;
}

interface Writer {
  readonly projectId: string;
  readonly userId: string;
}

/** So many a project: whatever happens there is written down for each of them. */
const most = 20;

/** @throws Problem 400 for a URL that may not be called, 409 when there are too many, 503 without a master key */
export async function createWebhook(
  db: Queryable,
  { masterKey, outbound }: WebhookServices,
  { projectId, userId }: Writer,
  { url, events, secret, active }: BodyOf<typeof webhooks.createWebhook>,
): Promise<WebhookRow> {
  checkUrl(outbound, url);
  // So that two at once do not count past each other.
  const project = db.selectFrom("projects").where("id", "=", projectId).where("is_active", "=", true);
  if ((await project.select("id").forNoKeyUpdate().executeTakeFirst()) === undefined) throw notFound("project");
  const { count } = await db
    .selectFrom("webhooks")
    .where("project_id", "=", projectId)
    .select((eb) => eb.fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  if (count >= most) throw conflict(`the project has ${count} webhooks already, and can have at most ${most}`);
  const id = randomUUID();
  const encrypted_secret = secret ? encryptSecret(masterKey, { id, project_id: projectId }, secret) : null;
  return await db
    .insertInto("webhooks")
    .values({
      ...{ id, project_id: projectId, created_by: userId },
      ...{ url, events: distinct(events), active, encrypted_secret },
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

interface Changed {
  readonly before: WebhookRow;
  readonly after: WebhookRow;
}

/**
 * Changes a webhook. What waits to be sent goes where it leads then; of one that is switched off, nothing is sent any
 * more. @throws as `createWebhook`, and Problem 404
 */
export async function updateWebhook(
  db: Queryable,
  { masterKey, outbound }: WebhookServices,
  { projectId, id }: { readonly projectId: string; readonly id: string },
  { secret, events, ...body }: BodyOf<typeof webhooks.updateWebhook>,
): Promise<Changed> {
  if (body.url !== undefined) checkUrl(outbound, body.url);
  const before = await db
    .selectFrom("webhooks")
    .where("project_id", "=", projectId)
    .where("id", "=", id)
    .selectAll()
    // No stronger: events that happen meanwhile refer to the row, and would pass it over.
    .forNoKeyUpdate()
    .executeTakeFirst();
  if (before === undefined) throw notFound("webhook");
  const changes = given({
    ...body,
    events: events && distinct(events),
    encrypted_secret: typeof secret === "string" ? encryptSecret(masterKey, before, secret) : secret,
  });
  if (Object.keys(changes).length === 0) return { before, after: before };
  const after = await db
    .updateTable("webhooks")
    .set(changes)
    .where("id", "=", id)
    .returningAll()
    .executeTakeFirstOrThrow();
  if (before.active && !after.active) await giveUpWaiting(db, id);
  return { before, after };
}

/** Deletes what a project that is deleted itself has left; gives the entries for the audit log. */
export async function removeWebhooksOf(db: Queryable, projectId: string): Promise<AuditRecord[]> {
  const removed = await db.deleteFrom("webhooks").where("project_id", "=", projectId).returningAll().execute();
  return removed.map((row) => ({
    resource: "webhook",
    id: row.id,
    project: projectId,
    before: auditedWebhook(row),
  }));
}

async function giveUpWaiting(db: Queryable, webhookId: string): Promise<void> {
  await db
    .updateTable("webhook_deliveries")
    .where("webhook_id", "=", webhookId)
    .where("status", "=", "pending")
    .where("event", "<>", "test")
    .set({ status: "failed", error: "the webhook was switched off" })
    .execute();
}

function checkUrl(outbound: Outbound, text: string): void {
  const url = new URL(text);
  if (url.username !== "" || url.password !== "") {
    throw invalid("url", "must not hold a user name or password, which everybody sees who sees the webhook");
  }
  try {
    outbound.checkHost(url.hostname);
  } catch (error) {
    if (error instanceof RefusedAddressError) throw invalid("url", error.message);
    throw error;
  }
}

function distinct<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
