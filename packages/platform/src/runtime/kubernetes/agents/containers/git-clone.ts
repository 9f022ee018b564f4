import type { V1Container } from "@kubernetes/client-node";
import { checkVariables } from "../../../check-variables.ts";
import { StartError } from "../../../runtime.ts";
import { containerSecurity } from "../../hardening.ts";
import { pullPolicy } from "../../pull-policy.ts";
import type { ContainerOptions } from "../agent-pod.ts";
import { layout } from "../layout.ts";
import { environment } from "../variables.ts";
import { ownMounts } from "../volumes.ts";

/** Seconds for which a platform that does not answer, such as one that is being restarted, is asked again. */
const cloneSeconds = "120";

/** Has the runner clone the project, with the agent's own token and no other secret. */
export function cloneContainer({ plan, settings, secretName, content }: ContainerOptions): V1Container {
  const { clone, sessionId } = plan;
  const token = content.variables.PLATFORM_API_TOKEN;
  if (token === undefined) throw new StartError("The agent has no token to clone with");
  const plain = {
    HOME: layout.home,
    WORKSPACE: layout.workspace,
    SESSION_ID: sessionId,
    PLATFORM_API_URL: settings.podUrl,
    PLATFORM_USER: clone.user,
    CLONE_URL: new URL(settings.podUrl + clone.path).href,
    BRANCH: clone.branch,
    PUSH_SECONDS: cloneSeconds,
  };
  checkVariables(plain);
  return {
    name: "git-clone",
    image: settings.agentImage,
    imagePullPolicy: pullPolicy(settings.agentImage),
    args: ["clone"],
    workingDir: layout.workspace,
    env: environment({ ...plain, PLATFORM_API_TOKEN: { secret: secretName, key: token } }),
    volumeMounts: [...ownMounts],
    resources: settings.agentResources,
    securityContext: containerSecurity,
    // What git says at the end is why it failed; there is no secret in it.
    terminationMessagePolicy: "FallbackToLogsOnError",
  };
}
