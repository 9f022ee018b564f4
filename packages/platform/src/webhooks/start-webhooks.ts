import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import { Claims } from "../db/claims.ts";
import type { Wakeups } from "../db/wakeups.ts";
import type { Outbound } from "../outbound/outbound.ts";
import { outboundConnector } from "../outbound/outbound-connector.ts";
import { repeat } from "../repeat.ts";
import type { Store } from "../store.ts";
import { ClaimWorker } from "../workers/claim-worker.ts";
import { sweepClaims } from "../workers/sweep-claims.ts";
import { claimDeliveries } from "./delivery/claim-deliveries.ts";
import { DeliveryRun } from "./delivery/delivery-run.ts";
import { removeOldDeliveries } from "./delivery/remove-old-deliveries.ts";

export interface WebhooksOptions {
  readonly store: Pick<Store, "db" | "masterKey">;
  readonly outbound: Outbound;
  readonly wakeups: Wakeups;
  readonly logger: Logger;
  /** How long the claim on a delivery lasts unless it is extended, in milliseconds. */
  readonly lease: number;
  /** Whether no other platform uses the database. */
  readonly isAlone: boolean;
  /** Milliseconds that sending a delivery may take, connecting included. */
  readonly limits?: { readonly connect: number; readonly total: number };
}

/** How many deliveries are sent at the same time. */
const MOST = 50;
/** Milliseconds in which what is being sent when the platform closes is ended and recorded. */
const LAST_WORDS = 5_000;
const HOUR = 3_600_000;

/** Sends what is told to webhooks, and forgets it after a week, until it is closed. */
export function startWebhooks(options: WebhooksOptions): { close(): Promise<void> } {
  const { store, outbound, wakeups, logger, lease, isAlone } = options;
  const { connect, total } = options.limits ?? { connect: 5_000, total: 10_000 };
  const { db, masterKey } = store;
  const onError = (error: unknown) => logger.error({ err: error }, "sending to webhooks");
  const claims = new Claims({ table: "webhook_deliveries", claimant: randomUUID(), lease, isAlone });
  const services = { db, claims, masterKey, connect: outboundConnector(outbound, connect), limit: total, logger };
  const worker: ClaimWorker<DeliveryRun> = new ClaimWorker<DeliveryRun>({
    ...{ claims, claimsDb: db, most: MOST, lastWords: LAST_WORDS, onError },
    cleanUp: async () => {},
    claim: (limit) => claimDeliveries(db, claims, limit),
    begin: (claim, heldUntil) => {
      const run = new DeliveryRun(services, claim, heldUntil);
      // It was its webhook's only one: the next can be claimed, however much room there was before.
      void run.over.then(() => worker.ready.ring());
      return run;
    },
    sweep: ({ isOwn }) =>
      sweepClaims(db, claims, {
        isOwn,
        onError,
        // Whether it was received, nobody knows: it is sent again.
        drop: async (claim) => {
          const waiting = { status: "pending" as const, claimed_by: null, claim_expires_at: null };
          await db.updateTable("webhook_deliveries").where(claims.stillAbandoned(claim)).set(waiting).execute();
        },
      }),
  });
  const stopListening = wakeups.on("webhooks", () => worker.ready.ring());
  const stopping = new AbortController();
  const sweeping = repeat(() => removeOldDeliveries(db), { pause: HOUR, signal: stopping.signal, onError });
  return {
    close: async () => {
      stopListening();
      stopping.abort();
      await Promise.all([sweeping, worker.close()]);
    },
  };
}
