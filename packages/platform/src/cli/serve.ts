import type { PlatformConfig } from "../config.ts";
import { startPlatform } from "../platform.ts";
import { createLogger } from "./logger.ts";
import { stopSignal } from "./stop-signal.ts";

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
