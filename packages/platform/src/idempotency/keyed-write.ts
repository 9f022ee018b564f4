import { type Selectable, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { IdempotencyKeysTable } from "../db/schema.ts";
import { conflict, Problem } from "../problem.ts";

/** A request that carries a key. */
export interface KeyedRequest {
  readonly userId: string;
  /** As it is kept. */
  readonly key: string;
  /** Of its method, path and body. */
  readonly fingerprint: string;
}

/** An answer as it goes out. */
export interface WrittenAnswer {
  readonly status: number;
  /** JSON. */
  readonly body: string;
  /** True when it is the answer to an earlier request with this key. */
  readonly replayed: boolean;
}

/** What a write has to say once it has been carried out. */
export interface CarriedOut {
  readonly status: number;
  readonly body: string;
  /** True when the body must not be kept. */
  readonly secret: boolean;
  /** What it made or changed. */
  readonly resourceId: string | null;
}

/** Hours for which a key is remembered. */
const kept = sql`interval '24 hours'`;

/**
 * Carries out a write at most once for a user and key, and gives the first answer again after that.
 *
 * The key's row is committed first and locked by the write's transaction, which also stores the answer in it: a row has
 * an answer exactly if its write has been committed, and its lock is held exactly while one runs, since the database
 * lets go of it when the process dies. An unlocked row without an answer means that nothing was done, so an error frees
 * the key. @throws Problem 409 while the first still runs, or when its answer was a secret; 422 for another request
 */
export async function writeOnce(
  database: Queryable,
  request: KeyedRequest,
  write: (db: Queryable) => Promise<CarriedOut>,
): Promise<WrittenAnswer> {
  const { userId: user_id, key, fingerprint } = request;
  await database
    .insertInto("idempotency_keys")
    .values({ user_id, key })
    .onConflict((on) => on.doNothing())
    .execute();
  return await database.transaction().execute(async (db) => {
    const row = await lockKey(db, request);
    if (row === undefined) {
      throw new Problem(409, "the first request with this idempotency key is still running", {
        headers: { "retry-after": "1" },
      });
    }
    if (row.status !== null && !row.expired) return firstAnswer({ ...row, status: row.status }, fingerprint);
    const { status, body, secret, resourceId } = await write(db);
    await db
      .updateTable("idempotency_keys")
      .set({
        fingerprint,
        status,
        body: secret ? null : body,
        resource_id: secret ? resourceId : null,
        created_at: sql<string>`now()`,
      })
      .where("user_id", "=", user_id)
      .where("key", "=", key)
      .execute();
    return { status, body, replayed: false };
  });
}

async function lockKey(db: Queryable, { userId, key }: KeyedRequest) {
  return await db
    .selectFrom("idempotency_keys")
    .where("user_id", "=", userId)
    .where("key", "=", key)
    .select(["fingerprint", "status", "body", "resource_id"])
    .select(sql<boolean>`created_at < now() - ${kept}`.as("expired"))
    .forUpdate()
    .skipLocked()
    .executeTakeFirst();
}

type Answered = Pick<Selectable<IdempotencyKeysTable>, "fingerprint" | "body" | "resource_id"> & {
  readonly status: number;
};

function firstAnswer(row: Answered, fingerprint: string): WrittenAnswer {
  if (row.fingerprint !== fingerprint) {
    const message = "was used for another request within 24 hours: use a new one for each";
    throw new Problem(422, `idempotency-key: ${message}`, { fields: [{ path: "idempotency-key", message }] });
  }
  if (row.body !== null) return { status: row.status, body: row.body, replayed: true };
  const said = conflict("this request has been carried out already, and its answer held a secret that is shown once");
  throw new Problem(said.status, said.message, { ...(row.resource_id !== null && { resource_id: row.resource_id }) });
}

/** Forgets keys whose time is over, in pieces that replicas share among them. Gives how many it forgot. */
export async function forgetOldKeys(db: Queryable, atOnce = 1000): Promise<number> {
  const { numDeletedRows } = await db
    .deleteFrom("idempotency_keys")
    .where((eb) =>
      eb(
        eb.refTuple("user_id", "key"),
        "in",
        eb
          .selectFrom("idempotency_keys as old")
          .where("old.created_at", "<", sql<string>`now() - ${kept}`)
          .select(["old.user_id", "old.key"])
          .limit(atOnce)
          .forUpdate()
          .skipLocked()
          .$asTuple("user_id", "key"),
      ),
    )
    .executeTakeFirstOrThrow();
  return Number(numDeletedRows);
}
