import type { KubernetesConfig } from "../kubernetes-config.ts";

/** What all pods of agents have in common. */
export interface AgentSettings extends Pick<KubernetesConfig, "podUrl" | "agentResources"> {
  /** The runner's image: it clones, holds the tools for other images, and runs agents itself. */
  readonly agentImage: string;
}
