import type { Logger } from "pino";
import { type Runtime, StartError } from "../runtime.ts";
import { createKubernetesAgents } from "./agents/kubernetes-agents.ts";
import { openKubeClient } from "./client.ts";
import type { KubernetesConfig } from "./kubernetes-config.ts";

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
  return {
    describe: ({ image }) => [`Runs in a pod, in the image ${image}.`],
    startStep: () => Promise.reject(new StartError("Steps cannot be run here yet")),
    startAgent: agents.startAgent,
    resumeAgent: agents.resumeAgent,
    cleanUp: async () => {},
    removeOrphans: agents.removeOrphans,
  };
}
