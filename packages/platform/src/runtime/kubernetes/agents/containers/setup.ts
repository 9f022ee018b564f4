import type { V1Container } from "@kubernetes/client-node";
import { containerSecurity } from "../../hardening.ts";
import { pullPolicy } from "../../pull-policy.ts";
import type { ContainerOptions } from "../agent-pod.ts";
import { layout } from "../layout.ts";
import { runScript } from "../scripts.ts";
import { environment } from "../variables.ts";
import { ownMounts, toolMounts } from "../volumes.ts";
import { sessionEnvironment } from "./session-environment.ts";

/** Where Kubernetes looks for what a container says last. */
const report = "/dev/termination-log";

/** A volume's directory is root's, and git would work in none but its user's own. */
const gitTrusts = { GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: layout.workspace };

/** Runs the setup commands in the clone. */
export function setupContainer(options: ContainerOptions): V1Container {
  const { plan, settings } = options;
  return {
    name: "setup",
    image: plan.image,
    imagePullPolicy: pullPolicy(plan.image),
    command: runScript("setup", layout.setup, String(plan.setupCommands.length), report),
    workingDir: layout.workspace,
    env: environment({ ...gitTrusts, ...sessionEnvironment(options) }),
    volumeMounts: [...ownMounts, ...toolMounts(options), { name: "setup", mountPath: layout.setup, readOnly: true }],
    resources: settings.agentResources,
    securityContext: containerSecurity,
    terminationMessagePath: report,
  };
}
