import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import type { Repositories } from "../../git/repositories.ts";
import { attendRows } from "../../workers/attend-rows.ts";
import { followRefUpdate } from "./follow-ref-update.ts";
import { markProcessed, nextRefUpdate, passOver, putOff } from "./next-ref-update.ts";

export interface TriggersOptions {
  readonly db: Queryable;
  readonly repositories: Repositories;
  readonly wakeups: Wakeups;
  readonly logger: Pick<Logger, "error">;
}

/** How many ref updates one platform acts on at the same time. */
const lanes = 3;
/** How often it looks for updates that nothing has told it of, in milliseconds. */
const POLL = 5_000;

/** Starts pipelines for what is pushed, until it is closed. Each change of a ref has its effect once, on one platform. */
export function startTriggers({ db, repositories, wakeups, logger }: TriggersOptions): { close(): Promise<void> } {
  return attendRows({
    ...{ wakeups, channels: ["ref_updates"], lanes, poll: POLL },
    work: async (signal) => {
      while (!signal.aborted && (await followNext(db, repositories, logger)));
      await passOver(db);
    },
    onError: (error) => logger.error({ err: error }, "starting pipelines for what was pushed"),
  });
}

/** Acts on the next ref update; false when there is none. One that cannot be acted on is put off. */
async function followNext(db: Queryable, repositories: Repositories, logger: Pick<Logger, "error">): Promise<boolean> {
  let taken: Awaited<ReturnType<typeof nextRefUpdate>>;
  try {
    return await db.transaction().execute(async (transaction) => {
      taken = await nextRefUpdate(transaction);
      if (taken === undefined) return false;
      await followRefUpdate(transaction, repositories, taken);
      await markProcessed(transaction, taken.id);
      return true;
    });
  } catch (error) {
    if (taken === undefined) throw error;
    const { id, project_id, ref, failures } = taken;
    logger.error({ err: error, ref_update: id, project_id, ref, failures }, "no pipeline could be started for a push");
    await putOff(db, taken);
    return true;
  }
}
