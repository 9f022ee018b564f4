import { checkVariables } from "../../../check-variables.ts";
import type { ContainerOptions } from "../agent-pod.ts";
import { layout } from "../layout.ts";
import type { Variable } from "../variables.ts";

/**
 * Seconds for which the work is pushed again and again when the platform does not answer. An agent here outlives the
 * platform's process, and what it could not push is gone with its pod.
 */
const pushSeconds = "900";

/**
 * The environment of the setup commands and of the runner. What the runtime decides wins over everything.
 * @throws StartError for what no process can have in its environment
 */
export function sessionEnvironment({
  plan,
  settings,
  secretName,
  content,
}: ContainerOptions): Record<string, Variable> {
  const own = {
    HOME: layout.home,
    WORKSPACE: layout.workspace,
    RESCUE_DIR: layout.rescue,
    PLATFORM_API_URL: settings.podUrl,
  };
  const plain = { PUSH_SECONDS: pushSeconds, ...plan.environment };
  checkVariables(plan.secrets);
  checkVariables(plain);
  const secrets = Object.entries(content.variables).map(([name, key]) => [name, { secret: secretName, key }] as const);
  return { ...plain, ...Object.fromEntries(secrets), ...own };
}
