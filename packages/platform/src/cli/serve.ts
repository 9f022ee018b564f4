import type { PlatformConfig } from "../config.ts";
import { startPlatform } from "../platform.ts";
import { createLogger } from "./logger.ts";

const stdout = 1;

/** `platform start`: serves until SIGINT or SIGTERM, logging to stdout. */
export async function serve(config: PlatformConfig): Promise<void> {
  const logger = createLogger(config.logLevel, stdout);
  const stopped = stopSignal();
  const platform = await startPlatform(config, logger);
  logger.info({ url: platform.url }, "serving");
  logger.info({ signal: await stopped }, "stopping");
  await platform.close();
}

/** The first signal to stop; a second one ends the process at once, for whoever cannot wait. */
export function stopSignal(): Promise<NodeJS.Signals> {
  const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.once(signal, () => {
      resolve(signal);
      process.once(signal, () => process.exit(130));
    });
  }
  return promise;
}
