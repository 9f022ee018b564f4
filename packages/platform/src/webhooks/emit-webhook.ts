import type { webhooks } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { notify } from "../db/notify.ts";
import type { Queryable } from "../db/queryable.ts";
import type { WebhookPayloads } from "./events.ts";

/**
 * Has a project's webhooks told of events of one kind: in the transaction of what happened, so that whatever is committed
 * is told, and nothing else is.
 */
export async function emitWebhook<Event extends webhooks.WebhookEvent>(
  db: Queryable,
  projectId: string,
  event: Event,
  ...payloads: readonly WebhookPayloads[Event][]
): Promise<void> {
  const texts = payloads.map((payload) => JSON.stringify({ ...payload, project_id: projectId }));
  // The lock is what the new rows' references take anyway. A webhook that is being deleted at the moment is skipped:
  // waiting for that would end in an error, and the change that is told of with it.
  const { numAffectedRows = 0n } = await sql`
    with told as materialized (
      select id from webhooks where project_id = ${projectId} and active and ${event} = any(events)
      order by id for key share skip locked
    )
    insert into webhook_deliveries (webhook_id, event, payload)
    select told.id, ${event}, payload from unnest(${texts}::json[]) with ordinality as happened (payload, nth), told
    order by nth`.execute(db);
  if (numAffectedRows > 0n) await notify(db, "webhooks", projectId);
}
