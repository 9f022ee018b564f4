import type { Logger } from "pino";
import type { Queryable } from "../db/queryable.ts";
import { repeat } from "../repeat.ts";
import type { BlobStore } from "./artifacts/blob-store.ts";
import { removeExpired, removeOrphans } from "./artifacts/sweep-artifacts.ts";
import type { LogStore } from "./logs/log-store.ts";
import { removeOldLogs } from "./logs/remove-old-logs.ts";

interface SweepingOptions {
  readonly db: Queryable;
  readonly blobs: BlobStore;
  readonly logs: LogStore;
  readonly logger: Pick<Logger, "error" | "info">;
}

const minute = 60_000;

/** Removes artifacts that have expired, and artifacts and logs that belong to nothing any more, until it is closed. */
export function startSweeping({ db, blobs, logs, logger }: SweepingOptions): { close(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const tasks = [
    ["expired artifacts", 10 * minute, () => removeExpired({ db, blobs, signal })],
    ["artifacts of nothing", 60 * minute, () => removeOrphans({ db, blobs, signal })],
    ["logs of deleted projects", 60 * minute, () => removeOldLogs({ db, logs })],
  ] as const;
  const running = tasks.map(([task, pause, work]) =>
    repeat(
      async () => {
        const removed = await work();
        if (removed > 0) logger.info({ task, removed }, "removed what is not kept any more");
      },
      { pause, signal, onError: (error) => logger.error({ err: error, task }, "removing what is not kept any more") },
    ),
  );
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
