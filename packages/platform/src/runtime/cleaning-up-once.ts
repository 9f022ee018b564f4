import type { Runtime } from "./runtime.ts";

/**
 * A runtime that cleans up once, however many wait for that before they start anything; after a failure, whoever asks
 * next tries again.
 */
export function cleaningUpOnce(runtime: Runtime): Runtime {
  let cleaning: Promise<void> | undefined;
  return {
    ...runtime,
    cleanUp: () => {
      cleaning ??= runtime.cleanUp().catch((error: unknown) => {
        cleaning = undefined;
        throw error;
      });
      return cleaning;
    },
  };
}
