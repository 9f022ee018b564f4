import { webhooks } from "@platform-mcp/client/contract";
import { changeOf } from "../audit/change.ts";
import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound } from "../problem.ts";
import { auditedWebhook, findWebhook, listDeliveries, listWebhooks, type WebhookRow, webhookView } from "./queries.ts";
import { createWebhook, updateWebhook, type WebhookServices } from "./write-webhook.ts";

/** Webhooks of projects, and what was and will be sent to them. */
export function webhookRoutes(services: WebhookServices): readonly Route[] {
  return [
    implement(webhooks.listWebhooks, async ({ db, project, query }) => listWebhooks(db, project.id, query)),

    implement(webhooks.createWebhook, async ({ db, caller, project, body, audit }) => {
      const created = await createWebhook(db, services, { projectId: project.id, userId: caller.user.id }, body);
      audit.record({ resource: "webhook", id: created.id, after: auditedWebhook(created) });
      return webhookView(created);
    }),

    implement(webhooks.getWebhook, async ({ db, project, params: { webhook_id } }) =>
      webhookView(await requireWebhook(db, project.id, webhook_id)),
    ),

    implement(webhooks.updateWebhook, async ({ db, project, params: { webhook_id }, body, audit }) => {
      const of = { projectId: project.id, id: webhook_id };
      const { before, after } = await updateWebhook(db, services, of, body);
      const change = changeOf(auditedWebhook(before), auditedWebhook(after));
      // Another secret shows in no value.
      const secret = body.secret === undefined ? {} : { signature_changed: true };
      audit.record({ resource: "webhook", id: after.id, before: change.before, after: { ...change.after, ...secret } });
      return webhookView(after);
    }),

    implement(webhooks.deleteWebhook, async ({ db, project, params: { webhook_id }, audit }) => {
      const deleted = await db
        .deleteFrom("webhooks")
        .where("project_id", "=", project.id)
        .where("id", "=", webhook_id)
        .returningAll()
        .executeTakeFirst();
      if (deleted === undefined) throw notFound("webhook");
      audit.record({ resource: "webhook", id: deleted.id, before: auditedWebhook(deleted) });
      return { ok: true } as const;
    }),

    implement(webhooks.testWebhook, async ({ db, project, params: { webhook_id }, audit }) => {
      const { id } = await requireWebhook(db, project.id, webhook_id);
      const payload = JSON.stringify({ action: "test", webhook_id: id, project_id: project.id });
      const { id: delivery_id } = await db
        .insertInto("webhook_deliveries")
        .values({ webhook_id: id, event: "test", payload })
        .returning("id")
        .executeTakeFirstOrThrow();
      await notify(db, "webhooks", project.id);
      audit.record({ resource: "webhook", id, after: { test_delivery: delivery_id } });
      return { ok: true, delivery_id } as const;
    }),

    implement(webhooks.listWebhookDeliveries, async ({ db, project, params: { webhook_id }, query }) => {
      const { id } = await requireWebhook(db, project.id, webhook_id);
      return await listDeliveries(db, id, query);
    }),
  ];
}

async function requireWebhook(db: Queryable, projectId: string, id: string): Promise<WebhookRow> {
  const webhook = await findWebhook(db, projectId, id);
  if (webhook === undefined) throw notFound("webhook");
  return webhook;
}
