import type { Logger } from "pino";
import type { Queryable } from "../db/queryable.ts";
import { forgetOldKeys } from "./keyed-write.ts";

/** How often old keys are looked for, in milliseconds. */
const interval = 10 * 60 * 1000;
const atOnce = 1000;

/** Forgets old idempotency keys now and then, until it is closed. */
export function startSweep(db: Queryable, logger: Logger): { close(): Promise<void> } {
  let closed = false;
  let running: Promise<void> = Promise.resolve();
  const sweep = async () => {
    try {
      while (!closed && (await forgetOldKeys(db, atOnce)) === atOnce);
    } catch (error) {
      logger.warn({ err: error }, "old idempotency keys could not be removed: the next round tries again");
    }
  };
  const timer = setInterval(() => {
    running = running.then(sweep);
  }, interval).unref();
  return {
    async close() {
      closed = true;
      clearInterval(timer);
      await running;
    },
  };
}
