import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import { createLocalRuntime } from "./local/local-runtime.ts";
import type { Runtime } from "./runtime.ts";

export interface RuntimeOptions {
  readonly config: PlatformConfig;
  readonly logger: Logger;
  /** Milliseconds that the claim on a step or session lasts unless it is extended. */
  readonly lease: number;
}

/** What runs steps and agents, as the configuration says. */
export async function createRuntime({ config, logger, lease }: RuntimeOptions): Promise<Runtime> {
  const { dataDirectory, databaseUrl } = config;
  // What its platform does not show alive ends before its claim expires and another platform acts on that.
  const watchSeconds = (lease * 2) / 3 / 1000;
  return await createLocalRuntime({ dataDirectory, databaseUrl, logger, watchSeconds });
}
