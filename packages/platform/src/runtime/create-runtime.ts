import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import type { Queryable } from "../db/queryable.ts";
import { createLocalRuntime } from "./local/local-runtime.ts";
import type { Runtime } from "./runtime.ts";

export interface RuntimeOptions {
  readonly config: PlatformConfig;
  readonly db: Queryable;
  readonly logger: Logger;
  /** Milliseconds that the claim on a step or session lasts unless it is extended. */
  readonly lease: number;
}

/** What runs steps and agents, as the configuration says. @throws UserError when that cannot be used */
export async function createRuntime({ config, db, logger, lease }: RuntimeOptions): Promise<Runtime> {
  const { dataDirectory, databaseUrl, kubernetes, agentImage } = config;
  if (kubernetes !== undefined) {
    const { createKubernetesRuntime } = await import("./kubernetes/kubernetes-runtime.ts");
    const { id } = await db.selectFrom("installation").select("id").executeTakeFirstOrThrow();
    return await createKubernetesRuntime({ ...kubernetes, agentImage, installation: id, logger });
  }
  // What its platform does not show alive ends before its claim expires and another platform acts on that.
  const watchSeconds = (lease * 2) / 3 / 1000;
  return await createLocalRuntime({ dataDirectory, databaseUrl, logger, watchSeconds });
}
