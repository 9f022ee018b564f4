import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { ClaimWorker } from "../../workers/claim-worker.ts";
import { sweepClaims } from "../../workers/sweep-claims.ts";
import { giveBack } from "./give-back.ts";
import { Hints } from "./hints.ts";
import { Plans } from "./plans.ts";
import type { ReconcileServices } from "./reconcile-services.ts";
import { superseded } from "./superseded.ts";
import { WorkloadRun } from "./workload-run.ts";

export interface ReconcilerOptions extends ReconcileServices {
  readonly wakeups: Wakeups;
  /** The database by connections of its own: claims are kept however many requests wait for the others. */
  readonly claimsDb: Queryable;
  /** How many workloads it does something about at the same time. */
  readonly most: number;
  /** Removes what an earlier process left. */
  readonly cleanUp: () => Promise<void>;
}

/** How long it tries to end, when it closes, what runs in this process; processes have 10 s of it. */
const LAST_WORDS = 20_000;
/** What is due later than this is found by asking now and then, in milliseconds. */
const SOON = 2_000;

/** Keeps workloads as they should be, until it is closed: then what runs in this process is ended. */
export function startReconciler(options: ReconcilerOptions): { close(): Promise<void> } {
  const { db, claimsDb, claims, workloads, wakeups, most, cleanUp, logger } = options;
  const onError = (error: unknown) => logger.error({ err: error }, "reconciling workloads");
  const plans = new Plans();
  const worker: ClaimWorker<WorkloadRun> = new ClaimWorker<WorkloadRun>({
    ...{ claims, claimsDb, most, cleanUp, lastWords: LAST_WORDS, onError },
    claim: (limit) => claims.claim(db, { which: sql<boolean>`reconcile_at <= now()`, order: sql`reconcile_at`, limit }),
    begin: (claim, heldUntil) =>
      new WorkloadRun({
        ...{ services: options, plans, claim, heldUntil },
        onRest: () => worker.freed(),
        onRelease: (lookIn) => {
          if (lookIn < SOON) setTimeout(() => worker.ready.ring(), lookIn).unref();
        },
      }),
    sweep: ({ isOwn }) =>
      sweepClaims(db, claims, {
        isOwn,
        onError,
        drop: (claim) => giveBack(db, claims.stillAbandoned(claim), { hasEnded: workloads.isOwn }),
      }),
    look: async (runs) => {
      const byId = new Map([...runs].map((run) => [run.claim.id, run]));
      for (const { id, generation } of await superseded(claimsDb, [...byId.keys()]))
        byId.get(id)?.supersede(generation);
    },
  });
  const stopListening = wakeups.on("workloads", () => {
    worker.ready.ring();
    worker.changed.ring();
  });
  const hints = new Hints({ db, runs: worker.runs, onError, onDue: () => worker.ready.ring() });
  workloads.watch((workloadId) => hints.add(workloadId));
  return {
    close: async () => {
      stopListening();
      await hints.close();
      await worker.close();
    },
  };
}
