import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";

/** A claimed delivery with where it goes, as its webhook is now. */
export interface Delivery {
  readonly id: string;
  readonly event: string;
  /** JSON. */
  readonly body: string;
  /** How often it was sent. */
  readonly attempts: number;
  readonly webhook: {
    readonly id: string;
    readonly project_id: string;
    readonly url: string;
    readonly encrypted_secret: Buffer | null;
  };
}

/** Undefined when the claim is not held any more. */
export async function readDelivery(db: Queryable, claims: Claims, claim: Claim): Promise<Delivery | undefined> {
  const row = await db
    .selectFrom(db.selectFrom("webhook_deliveries").where(claims.held(claim)).selectAll().as("delivery"))
    .innerJoin("webhooks", "webhooks.id", "delivery.webhook_id")
    .select(["delivery.id", "event", "attempts", "webhook_id", "project_id", "url", "encrypted_secret"])
    .select(sql<string>`payload::text`.as("body"))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { webhook_id, project_id, url, encrypted_secret, ...delivery } = row;
  return { ...delivery, webhook: { id: webhook_id, project_id, url, encrypted_secret } };
}
