import type { PlatformConfig } from "../config.ts";
import { startPreviewLife } from "../previews/life/start-preview-life.ts";
import type { Runtime } from "../runtime/runtime.ts";
import { defaultSettings } from "../settings/default-settings.ts";
import type { Store } from "../store.ts";
import { type DeployingOptions, startDeploying } from "./from-pipeline/start-deploying.ts";

export interface DeploymentsOptions extends Pick<DeployingOptions, "wakeups" | "logger"> {
  readonly config: PlatformConfig;
  readonly store: Store;
  readonly runtime: Runtime;
}

/** Has what pipelines made deployed, and ends what is not wanted any more, until it is closed. */
export function startDeployments(options: DeploymentsOptions): { close(): Promise<void> } {
  const { config, store, runtime, wakeups, logger } = options;
  const { db, repositories } = store;
  const settings = defaultSettings(config);
  const { runsCommits } = runtime.workloads;
  const services = { repositories, registry: config.registry, runsCommits, settings };
  const parts = [startDeploying({ db, wakeups, logger, ...services }), startPreviewLife({ db, wakeups, logger })];
  return {
    close: async () => {
      await Promise.all(parts.map((part) => part.close()));
    },
  };
}
