import type { Logger } from "pino";
import type { Runtime } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import { deletePod } from "../delete-pod.ts";
import { labelNames } from "../names.ts";
import { ownPods, podIdOf, removeOrphanPods } from "../own-pods.ts";
import { secretExists } from "../secrets.ts";
import { readCursor } from "./agent-cursor.ts";
import type { AgentSettings } from "./agent-settings.ts";
import { PodAgent } from "./pod-agent.ts";
import { startPod } from "./start-pod.ts";
import { secretNameOf } from "./volumes.ts";

export interface KubernetesAgentsOptions {
  readonly client: KubeClient;
  /** Which platform this is among those that use the namespace. */
  readonly installation: string;
  readonly settings: AgentSettings;
  readonly logger: Pick<Logger, "warn">;
}

/** Seconds that an orphan, whose token is worth nothing any more, has to end. */
const orphanGrace = 5;

/** Runs agents as pods. They outlive the platform's process, and the next one goes on with them. */
export function createKubernetesAgents({
  client,
  installation,
  settings,
  logger,
}: KubernetesAgentsOptions): Pick<Runtime, "startAgent" | "resumeAgent" | "removeOrphans"> {
  const component = "agent-session";
  return {
    async startAgent(plan, { starting, output }, signal) {
      const pod = await startPod({ client, installation, settings, plan, starting, signal });
      return new PodAgent({ client, pod, cursor: undefined, output, logger });
    },
    async resumeAgent({ sessionId, cursor }, { output }) {
      const labels = { [labelNames.session]: sessionId };
      for (const pod of await ownPods(client, { component, installation, labels })) {
        const secret = secretNameOf(pod);
        if (secret !== undefined && (await secretExists(client, secret))) {
          return new PodAgent({ client, pod, cursor: readCursor(cursor), output, logger });
        }
        // Whoever was about to make the Secret did not come to it: the pod would wait for it until its deadline.
        await deletePod(client, podIdOf(pod), { graceSeconds: 1 });
      }
      return undefined;
    },
    removeOrphans: (isWanted) =>
      removeOrphanPods(client, { component, installation, graceSeconds: orphanGrace, isWanted }),
  };
}
