import { setTimeout as delay } from "node:timers/promises";
import { sql } from "kysely";
import type { Claim } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { repeat } from "../../repeat.ts";
import { Bell } from "../../bell.ts";
import { endUnleased, keepClaims } from "./keep-claims.ts";
import { StepRun } from "./step-run.ts";
import type { StepServices } from "./step-services.ts";
import { sweepAbandoned } from "./sweep-abandoned.ts";

export interface WorkerOptions extends StepServices {
  readonly wakeups: Wakeups;
  /** The database by connections of its own: claims are kept however many requests wait for the others. */
  readonly claimsDb: Queryable;
  /** How many steps it runs at the same time. */
  readonly maxSteps: number;
}

/** How often it looks for steps that nothing has told it of, in milliseconds. */
const POLL = 2_000;
/** How long it tries to record, when it stops, how its last steps ended; their processes have 10 s of it. */
const LAST_WORDS = 20_000;

/**
 * Runs the steps of pipelines that are ready, until it is closed: then it ends those that run. What it does not get to,
 * another platform or the next start of this one does.
 */
export function startWorker(options: WorkerOptions): { close(): Promise<void> } {
  const { db, claimsDb, claims, runtime, wakeups, maxSteps, logger } = options;
  const runs = new Set<StepRun>();
  const stopping = new AbortController();
  const over = new AbortController();
  const ready = new Bell();
  const changed = new Bell();
  const stopListening = wakeups.on("pipelines", (pipelineId) => {
    ready.ring();
    for (const run of runs) if (run.pipelineId === pipelineId) changed.ring();
  });
  const onError = (error: unknown) => logger.error({ err: error }, "running pipelines");

  const take = async () => {
    const wanted = maxSteps - runs.size;
    if (wanted === 0) return;
    const heldUntil = performance.now() + claims.lease;
    const which = sql<boolean>`ready_at is not null`;
    const claimed = await claims.claim(db, { which, order: sql`ready_at, step_order`, limit: wanted });
    for (const claim of claimed) {
      const run = new StepRun(options, claim, heldUntil);
      runs.add(run);
      if (stopping.signal.aborted) run.control.stop("closing");
      void run.over.then(() => {
        runs.delete(run);
        ready.ring();
      });
    }
  };

  /** Does something at each ring of a bell, and every so many milliseconds. */
  const attend = async (bell: Bell, pause: number, signal: AbortSignal, work: () => Promise<void>) => {
    while (!signal.aborted) {
      // A query on a connection whose other end has vanished may never end.
      await Promise.race([work(), tooLong(claims.lease / 3)]).catch(onError);
      await bell.wait(pause, signal);
    }
  };
  const tick = claims.lease / 15;
  const keeping = attend(changed, Math.min(tick, POLL), over.signal, () => keepClaims(claimsDb, claims, runs));
  const watch = setInterval(() => endUnleased(claims, runs), tick);
  const isOwn = ({ id, attempt }: Claim) => [...runs].some(({ claim }) => claim.id === id && claim.attempt === attempt);
  const sweep = () => sweepAbandoned(db, claims, { isOwn, onError });
  const working = (async () => {
    await cleanUp(() => runtime.cleanUp(), stopping.signal, onError);
    await sweep().catch(onError);
    await Promise.all([
      attend(ready, POLL, stopping.signal, take),
      repeat(sweep, { pause: claims.lease / 6, signal: stopping.signal, onError }),
    ]);
  })();

  return {
    close: async () => {
      stopping.abort();
      stopListening();
      for (const run of runs) run.control.stop("closing");
      await working;
      const ended = Promise.all([...runs].map((run) => run.over));
      const limit = new AbortController();
      await Promise.race([ended, delay(LAST_WORDS, undefined, { signal: limit.signal }).catch(() => {})]);
      limit.abort();
      for (const run of runs) run.abandon();
      await ended;
      over.abort();
      clearInterval(watch);
      await keeping;
    },
  };
}

/** Until what an earlier process left is gone: a step that still ran could run a second time beside itself. */
async function cleanUp(
  work: () => Promise<void>,
  signal: AbortSignal,
  onError: (error: unknown) => void,
): Promise<void> {
  const done = new AbortController();
  await repeat(
    async () => {
      await work();
      done.abort();
    },
    { pause: 5_000, signal: AbortSignal.any([signal, done.signal]), onError },
  );
}

async function tooLong(milliseconds: number): Promise<never> {
  await delay(milliseconds, undefined, { ref: false });
  throw new Error("the database does not answer");
}
