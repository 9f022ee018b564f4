import type { Logger } from "pino";
import type { Runtime } from "../runtime.ts";
import { createKubernetesAgents } from "./agents/kubernetes-agents.ts";
import { openKubeClient } from "./client.ts";
import type { KubernetesConfig } from "./kubernetes-config.ts";
import { createKubernetesSteps } from "./steps/kubernetes-steps.ts";

export interface KubernetesRuntimeOptions extends KubernetesConfig {
  /** The runner's image: what prepares steps, keeps what they leave, and runs agents. */
  readonly agentImage: string;
  /** Which platform this is among those that use the cluster. */
  readonly installation: string;
  readonly logger: Pick<Logger, "warn">;
}

/** Runs steps and agents as pods. @throws UserError when no cluster is configured */
export async function createKubernetesRuntime(options: KubernetesRuntimeOptions): Promise<Runtime> {
  const { namespace, installation, logger } = options;
  const client = await openKubeClient({ namespace });
  const agents = createKubernetesAgents({ client, installation, settings: options, logger });
  const steps = createKubernetesSteps({ ...options, client });
  return {
    describe: steps.describe,
    startStep: steps.startStep,
    startAgent: agents.startAgent,
    resumeAgent: agents.resumeAgent,
    // A pod may be another platform's that lives: what nobody looks after is an orphan.
    cleanUp: async () => {},
    async removeOrphans(isWanted) {
      await steps.removeOrphans(isWanted);
      await agents.removeOrphans(isWanted);
    },
  };
}
