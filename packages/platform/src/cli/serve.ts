import type { PlatformConfig } from "../config.ts";
import { LogTap } from "../observe/own/log-tap.ts";
import { startPlatform } from "../platform.ts";
import { createLogger } from "./logger.ts";
import { stopSignal } from "./stop-signal.ts";

const stdout = 1;

/** `platform start`: serves until SIGINT or SIGTERM, logging to stdout. */
export async function serve(config: PlatformConfig): Promise<void> {
  const logTap = new LogTap();
  const logger = createLogger(config.logLevel, stdout, logTap);
  const stopped = stopSignal();
  const platform = await startPlatform(config, logger, { logTap });
  logger.info({ url: platform.url }, "serving");
  logger.info({ signal: await stopped }, "stopping");
  await platform.close();
}
