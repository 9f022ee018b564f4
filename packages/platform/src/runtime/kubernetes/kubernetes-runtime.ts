import { join } from "node:path";
import type { Logger } from "pino";
import { abandonedDirectories, ownDirectory } from "../local/instance.ts";
import { removeTree } from "../local/remove-tree.ts";
import type { Runtime } from "../runtime.ts";
import { createKubernetesAgents } from "./agents/kubernetes-agents.ts";
import { openKubeClient } from "./client.ts";
import type { KubernetesConfig } from "./kubernetes-config.ts";
import { createKubernetesSteps } from "./steps/kubernetes-steps.ts";
import { createKubernetesWorkloads } from "./workloads/kubernetes-workloads.ts";

export interface KubernetesRuntimeOptions extends KubernetesConfig {
  /** The runner's image: what prepares steps, keeps what they leave, and runs agents. */
  readonly agentImage: string;
  /** Which platform this is among those that use the cluster. */
  readonly installation: string;
  /** Where work trees are made, on their way to the pods of steps. */
  readonly dataDirectory: string;
  /** The PostgreSQL server, which several platforms may share with the data directory; undefined for the embedded one. */
  readonly databaseUrl: string | undefined;
  readonly logger: Pick<Logger, "warn">;
}

/** Runs steps and agents as pods, and workloads as Deployments. @throws UserError when no cluster is configured */
export async function createKubernetesRuntime(options: KubernetesRuntimeOptions): Promise<Runtime> {
  const { namespace, installation, dataDirectory, databaseUrl, logger } = options;
  const client = await openKubeClient({ namespace });
  const agents = createKubernetesAgents({ client, installation, settings: options, logger });
  const parent = join(dataDirectory, "steps");
  const steps = createKubernetesSteps({ ...options, client, directory: await ownDirectory(parent) });
  return {
    workloads: createKubernetesWorkloads({ client, installation, settings: options.workloads }),
    keepsRescued: false,
    describe: steps.describe,
    startStep: steps.startStep,
    startAgent: agents.startAgent,
    resumeAgent: agents.resumeAgent,
    // Of work trees alone: a pod may be another platform's that lives, and what nobody looks after is an orphan.
    async cleanUp() {
      for (const directory of await abandonedDirectories(parent, databaseUrl !== undefined))
        await removeTree(directory);
    },
    async removeOrphans(isWanted) {
      const all = await Promise.allSettled([steps, agents].map((each) => each.removeOrphans(isWanted)));
      const failure = all.find((result) => result.status === "rejected");
      if (failure !== undefined) throw failure.reason;
    },
  };
}
