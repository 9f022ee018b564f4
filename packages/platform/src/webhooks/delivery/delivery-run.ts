import type { Logger } from "pino";
import type { buildConnector } from "undici";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import { Problem } from "../../problem.ts";
import type { MasterKey } from "../../secrets/master-key.ts";
import { UnreadableSecretError } from "../../secrets/unreadable-secret-error.ts";
import type { ClaimedRun } from "../../workers/claimed-run.ts";
import { persist } from "../../workers/persist.ts";
import { decryptSecret } from "../webhook-secret.ts";
import { type Delivery, readDelivery } from "./read-delivery.ts";
import { recordAttempt } from "./record-attempt.ts";
import { send } from "./send.ts";
import { signedHeaders } from "./signed-headers.ts";
import { type Attempt, judge, type Verdict } from "./verdict.ts";

/** What sending deliveries takes. */
export interface DeliveryServices {
  readonly db: Queryable;
  readonly claims: Claims;
  readonly masterKey: MasterKey;
  readonly connect: buildConnector.connector;
  /** Milliseconds that sending one may take. */
  readonly limit: number;
  readonly logger: Pick<Logger, "error" | "warn">;
}

/** Milliseconds that a delivery may still take when the platform closes: most need less, and are not sent again then. */
const GRACE = 1_000;

/** One attempt at a delivery that was claimed, until that is recorded. */
export class DeliveryRun implements ClaimedRun {
  readonly claim: Claim;
  readonly over: Promise<void>;
  heldUntil: number;
  readonly #services: DeliveryServices;
  readonly #ending = new AbortController();
  /** Aborted when nothing more is to be recorded. */
  readonly #silence = new AbortController();
  #grace: NodeJS.Timeout | undefined;

  constructor(services: DeliveryServices, claim: Claim, heldUntil: number) {
    this.#services = services;
    this.claim = claim;
    this.heldUntil = heldUntil;
    this.over = this.#live()
      .catch((error: unknown) => {
        // The claim runs out, and it is sent again.
        if (!this.#silence.signal.aborted) services.logger.error({ err: error, delivery: claim.id }, "given up");
      })
      .finally(() => clearTimeout(this.#grace));
  }

  keepAlive(): void {}

  cancel(): void {
    this.#ending.abort();
  }

  close(): void {
    this.#grace ??= setTimeout(() => this.#ending.abort(), GRACE);
  }

  unlease(): void {
    this.#ending.abort();
  }

  abandon(): void {
    this.#silence.abort();
    this.#ending.abort();
  }

  async #live(): Promise<void> {
    const { db, claims } = this.#services;
    const { claim } = this;
    const delivery = await this.#persist(() => readDelivery(db, claims, claim));
    const verdict = delivery && (await this.#send(delivery));
    if (verdict === undefined) return void (await this.#persist(() => claims.release(db, claim)));
    await this.#persist(() => recordAttempt(db, claims, claim, verdict));
  }

  /** Undefined when it was ended. */
  async #send({ attempts, ...delivery }: Delivery): Promise<Verdict | undefined> {
    const attempt = await this.#attempt(delivery);
    return attempt && judge(attempt, attempts, Date.now(), Math.random());
  }

  async #attempt({ id, event, body, webhook }: Omit<Delivery, "attempts">): Promise<Attempt | undefined> {
    const { masterKey, connect, limit } = this.#services;
    let secret: string | undefined;
    try {
      if (webhook.encrypted_secret !== null) secret = decryptSecret(masterKey, webhook, webhook.encrypted_secret);
    } catch (error) {
      if (!(error instanceof Problem || error instanceof UnreadableSecretError)) throw error;
      // Somebody may start the platform with the right key.
      return { kind: "failed", message: error.message, isFinal: false };
    }
    const headers = signedHeaders({ id, event, body, secret, timestamp: Math.floor(Date.now() / 1000) });
    return await send({ url: webhook.url, headers, body, connect, limit, signal: this.#ending.signal });
  }

  async #persist<T>(work: () => Promise<T>): Promise<T> {
    const onError = (error: unknown) =>
      this.#services.logger.warn({ err: error, delivery: this.claim.id }, "could not be read or recorded yet");
    return await persist(work, { signal: this.#silence.signal, onError });
  }
}
