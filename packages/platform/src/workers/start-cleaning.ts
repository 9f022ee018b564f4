import type { Logger } from "pino";
import { repeat } from "../repeat.ts";

/** How often it is looked for what should not be, in milliseconds. */
const pause = 30_000;

/** What is put right, and how. */
export type CleaningTask = readonly [what: string, work: () => Promise<void>];

/** Puts right what should not be, now and then until it is closed; each thing for itself. */
export function startCleaning(
  tasks: readonly CleaningTask[],
  logger: Pick<Logger, "error">,
): { close(): Promise<void> } {
  const stopping = new AbortController();
  const cleaning = tasks.map(([what, work]) =>
    repeat(work, {
      pause,
      signal: stopping.signal,
      onError: (error) => logger.error({ err: error, what }, "cleaning up"),
    }),
  );
  return {
    close: async () => {
      stopping.abort();
      await Promise.all(cleaning);
    },
  };
}
