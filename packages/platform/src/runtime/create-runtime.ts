import { fileURLToPath } from "node:url";
import type { Logger } from "pino";
import type { PlatformConfig } from "../config.ts";
import type { Queryable } from "../db/queryable.ts";
import { cleaningUpOnce } from "./cleaning-up-once.ts";
import { type AppsOptions, createLocalRuntime } from "./local/local-runtime.ts";
import { appsSite } from "./local/workload/proxy/apps-site.ts";
import type { Runtime } from "./runtime.ts";

export interface RuntimeOptions {
  readonly config: PlatformConfig;
  readonly db: Queryable;
  readonly logger: Logger;
  /** Where the platform listens. */
  readonly url: string;
  /** Milliseconds that the claim on a step or session lasts unless it is extended. */
  readonly lease: number;
  /** Gives what hears what a deployment or preview prints that runs on this machine. */
  readonly listen: NonNullable<AppsOptions["listen"]>;
}

/** Where `pnpm build` puts the runner and the servers. */
const bundles = fileURLToPath(new URL("../../../../dist", import.meta.url));

/** What runs steps and agents, as the configuration says. @throws UserError when that cannot be used */
export async function createRuntime({ config, db, logger, url, lease, listen }: RuntimeOptions): Promise<Runtime> {
  const { dataDirectory, databaseUrl, kubernetes, agentImage } = config;
  if (kubernetes !== undefined) {
    const { createKubernetesRuntime } = await import("./kubernetes/kubernetes-runtime.ts");
    const { id } = await db.selectFrom("installation").select("id").executeTakeFirstOrThrow();
    const runtime = await createKubernetesRuntime({
      ...kubernetes,
      agentImage,
      installation: id,
      dataDirectory,
      databaseUrl,
      logger,
    });
    return cleaningUpOnce(runtime);
  }
  // What its platform does not show alive ends before its claim expires and another platform acts on that.
  const watchSeconds = (lease * 2) / 3 / 1000;
  const agents = { platformUrl: urlInside(config, url), bundles };
  const apps = { ...appsSite(config, url), listen };
  return cleaningUpOnce(await createLocalRuntime({ dataDirectory, databaseUrl, logger, agents, watchSeconds, apps }));
}

/**
 * Where what runs here reaches the platform: in a cluster at a configured address, on its own machine where it listens.
 */
export function urlInside({ kubernetes }: Pick<PlatformConfig, "kubernetes">, url: string): string {
  if (kubernetes !== undefined) return kubernetes.podUrl;
  return url.replace("//0.0.0.0:", "//127.0.0.1:").replace("//[::]:", "//[::1]:");
}
