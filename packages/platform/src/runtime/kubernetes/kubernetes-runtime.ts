import type { Logger } from "pino";
import { type Runtime, StartError } from "../runtime.ts";
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
export async function createKubernetesRuntime({ namespace }: KubernetesRuntimeOptions): Promise<Runtime> {
  await openKubeClient({ namespace });
  return {
    describe: ({ image }) => [`Runs in a pod, in the image ${image}.`],
    startStep: () => Promise.reject(new StartError("Steps cannot be run here yet")),
    startAgent: () => Promise.reject(new StartError("Agents cannot be run here yet")),
    resumeAgent: async () => undefined,
    cleanUp: async () => {},
    removeOrphans: async () => {},
  };
}
