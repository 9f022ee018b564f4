import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { Wakeups } from "../../db/wakeups.ts";
import { ClaimWorker } from "../../workers/claim-worker.ts";
import { sweepClaims } from "../../workers/sweep-claims.ts";
import { dropAbandoned } from "./drop-abandoned.ts";
import { StepRun } from "./step-run.ts";
import type { StepServices } from "./step-services.ts";

export interface WorkerOptions extends StepServices {
  readonly wakeups: Wakeups;
  /** The database by connections of its own: claims are kept however many requests wait for the others. */
  readonly claimsDb: Queryable;
  /** How many steps it runs at the same time. */
  readonly maxSteps: number;
}

/** How long it tries to record, when it stops, how its last steps ended; their processes have 10 s of it. */
const LAST_WORDS = 20_000;

/** Runs the steps of pipelines that are ready, until it is closed: then it ends those that run. */
export function startWorker(options: WorkerOptions): { close(): Promise<void> } {
  const { db, claimsDb, claims, runtime, wakeups, maxSteps, logger } = options;
  const onError = (error: unknown) => logger.error({ err: error }, "running pipelines");
  const worker = new ClaimWorker<StepRun>({
    ...{ claims, claimsDb, most: maxSteps, lastWords: LAST_WORDS, onError },
    cleanUp: () => runtime.cleanUp(),
    claim: (limit) =>
      claims.claim(db, { which: sql<boolean>`ready_at is not null`, order: sql`ready_at, step_order`, limit }),
    begin: (claim, heldUntil) => new StepRun(options, claim, heldUntil),
    sweep: ({ isOwn }) =>
      sweepClaims(db, claims, { isOwn, onError, drop: (claim) => dropAbandoned(db, claims, claim) }),
  });
  const stopListening = wakeups.on("pipelines", (pipelineId) => {
    worker.ready.ring();
    for (const run of worker.runs) if (run.pipelineId === pipelineId) worker.changed.ring();
  });
  return {
    close: async () => {
      stopListening();
      await worker.close();
    },
  };
}
