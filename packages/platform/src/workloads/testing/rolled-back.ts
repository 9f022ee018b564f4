import type { Queryable } from "../../db/queryable.ts";

/** Runs a test's work in a transaction that is undone: nobody else sees what it makes, nor looks after it. */
export async function rolledBack(db: Queryable, work: (db: Queryable) => Promise<void>): Promise<void> {
  const done = new Error("all of it was undone");
  const undone = db.transaction().execute(async (transaction) => {
    await work(transaction);
    throw done;
  });
  await undone.catch((error: unknown) => {
    if (error !== done) throw error;
  });
}
