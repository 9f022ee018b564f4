import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import { repeat } from "../../repeat.ts";
import { removeAbandoned } from "../new-directory.ts";
import type { Repositories } from "../repositories.ts";
import { maintainNext } from "./maintain.ts";
import { reconcileAll, reconcileAnnounced } from "./reconcile.ts";
import { removeDeletedRepositories } from "./remove-deleted.ts";

export interface UpkeepOptions {
  readonly db: Queryable;
  readonly repositories: Repositories;
  readonly logger: Pick<Logger, "error" | "info">;
  /** Milliseconds after which the lock file of a process that cannot be seen counts as left behind. */
  readonly minimumLockAge: number;
}

const second = 1000;
const hour = 3600 * second;

/**
 * Looks after the repositories for as long as the platform runs: finds what pushes left when they were interrupted, at
 * once and then regularly; maintains what has changed, one repository at a time; removes what was deleted.
 */
export function startUpkeep(options: UpkeepOptions): { close(): Promise<void> } {
  const { db, repositories, logger, minimumLockAge } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  const reconcile = { db, repositories, signal, minimumLockAge };
  let isStart = true;
  const tasks: readonly [name: string, pause: number, work: () => Promise<void>][] = [
    [
      "interrupted pushes",
      10 * second,
      async () => {
        // At the start every announcement is one whose push was interrupted, or is another platform's and harmless.
        await reconcileAnnounced(reconcile, isStart ? 0 : 60);
        isStart = false;
      },
    ],
    ["unannounced ref changes", hour, () => reconcileAll(reconcile)],
    [
      "maintenance",
      60 * second,
      async () => {
        while (!signal.aborted && (await maintainNext(reconcile))) {
          // The next one that is due.
        }
      },
    ],
    [
      "deleted repositories",
      hour,
      async () => {
        const removed = await removeDeletedRepositories(db, repositories);
        if (removed.length > 0) logger.info({ projects: removed }, "removed the repositories of deleted projects");
        await removeAbandoned(repositories.directory);
      },
    ],
  ];
  const running = tasks.map(([task, pause, work]) =>
    repeat(work, {
      pause,
      signal,
      onError: (error) => logger.error({ err: error, task }, "looking after repositories"),
    }),
  );
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(running);
    },
  };
}
