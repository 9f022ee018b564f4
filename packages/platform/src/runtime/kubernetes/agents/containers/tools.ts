import type { V1Container } from "@kubernetes/client-node";
import { containerSecurity } from "../../hardening.ts";
import { pullPolicy } from "../../pull-policy.ts";
import type { ContainerOptions } from "../agent-pod.ts";
import { layout } from "../layout.ts";
import { runScript } from "../scripts.ts";

/** Gives a foreign image what an agent needs: the runner's image holds it in one directory that runs anywhere. */
export function toolsContainer({ settings }: ContainerOptions): V1Container {
  return {
    name: "tools",
    image: settings.agentImage,
    imagePullPolicy: pullPolicy(settings.agentImage),
    command: runScript("tools"),
    volumeMounts: [{ name: "tools", mountPath: layout.newTools }],
    resources: settings.agentResources,
    securityContext: containerSecurity,
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
