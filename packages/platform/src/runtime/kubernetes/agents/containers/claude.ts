import type { V1Container } from "@kubernetes/client-node";
import { containerSecurity } from "../../hardening.ts";
import { literal } from "../../literal.ts";
import { pullPolicy } from "../../pull-policy.ts";
import { agentContainer, type ContainerOptions } from "../agent-pod.ts";
import { promptKey } from "../agent-secret.ts";
import { layout } from "../layout.ts";
import { environment } from "../variables.ts";
import { ownMounts, toolMounts } from "../volumes.ts";
import { sessionEnvironment } from "./session-environment.ts";

/** Runs the agent: the runner, which runs Claude Code. Its standard input is closed, its prompt a file. */
export function claudeContainer(options: ContainerOptions): V1Container {
  const { plan, settings } = options;
  const isForeign = plan.image !== settings.agentImage;
  return {
    name: agentContainer,
    image: plan.image,
    imagePullPolicy: pullPolicy(plan.image),
    ...(isForeign && { command: [`${layout.tools}/bin/agent-entrypoint`] }),
    args: ["run", ...plan.options].map(literal),
    workingDir: layout.workspace,
    env: environment({ ...sessionEnvironment(options), PROMPT_FILE: `${layout.prompt}/${promptKey}` }),
    volumeMounts: [...ownMounts, ...toolMounts(options), { name: "prompt", mountPath: layout.prompt, readOnly: true }],
    resources: settings.agentResources,
    securityContext: containerSecurity,
  };
}
