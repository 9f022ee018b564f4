import type { V1Container, V1Pod } from "@kubernetes/client-node";
import type { AgentPlan } from "../../agent.ts";
import { podSecurity } from "../hardening.ts";
import type { Labels } from "../names.ts";
import type { SecretContent } from "./agent-secret.ts";
import type { AgentSettings } from "./agent-settings.ts";
import { claudeContainer } from "./containers/claude.ts";
import { cloneContainer } from "./containers/git-clone.ts";
import { setupContainer } from "./containers/setup.ts";
import { toolsContainer } from "./containers/tools.ts";
import { agentVolumes } from "./volumes.ts";

/** The container of the runner and its agent. */
export const agentContainer = "claude";

/** Seconds in which an agent saves its work once it was asked to end. */
export const graceSeconds = 120;

/** An agent's pod, and what it is called. */
export interface AgentPodOptions {
  readonly plan: AgentPlan;
  readonly settings: AgentSettings;
  readonly name: string;
  readonly labels: Labels;
  /** The Secret, which is made after the pod: without it none of the containers starts. */
  readonly secretName: string;
  readonly content: SecretContent;
}

/** What the containers are made of. */
export type ContainerOptions = Pick<AgentPodOptions, "plan" | "settings" | "secretName" | "content">;

/**
 * The pod in which an agent runs. No text of a user is in a command: they are the values of variables, or in the Secret.
 * @throws StartError for an environment that no process can have
 */
export function agentPod(options: AgentPodOptions): V1Pod {
  const { plan, name, labels } = options;
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { ...labels } },
    spec: {
      restartPolicy: "Never",
      activeDeadlineSeconds: Math.max(1, Math.ceil(plan.mostSeconds)),
      terminationGracePeriodSeconds: graceSeconds,
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      securityContext: podSecurity,
      volumes: agentVolumes(options),
      initContainers: initContainers(options),
      containers: [claudeContainer(options)],
    },
  };
}

function initContainers(options: ContainerOptions): V1Container[] {
  const { plan, settings } = options;
  return [
    cloneContainer(options),
    ...(plan.image === settings.agentImage ? [] : [toolsContainer(options)]),
    ...(plan.setupCommands.length === 0 ? [] : [setupContainer(options)]),
  ];
}
