import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import type { AgentPlan } from "../../agent.ts";
import type { KubeClient } from "../client.ts";
import { createPod } from "../create-pod.ts";
import { deletePod } from "../delete-pod.ts";
import { endEarlierPods } from "../end-earlier-pods.ts";
import { agentPodName, labelNames, labelsOf } from "../names.ts";
import { podIdOf } from "../own-pods.ts";
import { ownedSecret } from "../owned-secret.ts";
import { starting } from "../retry.ts";
import { createSecret } from "../secrets.ts";
import { agentPod } from "./agent-pod.ts";
import { secretContent } from "./agent-secret.ts";
import type { AgentSettings } from "./agent-settings.ts";
import { secretNameOf } from "./volumes.ts";

export interface StartPodOptions {
  readonly client: KubeClient;
  readonly installation: string;
  readonly settings: AgentSettings;
  readonly plan: AgentPlan;
  /** Awaited before anything in the pod can start; it may refuse that. */
  readonly starting: (name: string) => Promise<void>;
  readonly signal: AbortSignal;
}

/**
 * Makes a pod, which waits for its Secret, and then the Secret, which belongs to the pod: it is never there without it.
 * @throws StartError, what `starting` rejected with, and the signal's reason; nothing is left then
 */
export async function startPod(options: StartPodOptions): Promise<V1Pod> {
  const { client, installation, settings, plan, signal } = options;
  const { sessionId, projectId } = plan;
  const component = "agent-session";
  const name = agentPodName(installation, sessionId);
  const labels = labelsOf({ component, installation, projectId, run: { sessionId } });
  // Another one each time: the Secret of an earlier pod, which may not be removed yet, must not start this one.
  const secretName = `${name}-${randomBytes(4).toString("hex")}`;
  const content = secretContent(plan);
  const manifest = agentPod({ plan, settings, name, labels, secretName, content });
  const isSame = (there: V1Pod) => secretNameOf(there) === secretName;
  await starting("What ran for the session before cannot be removed", () =>
    endEarlierPods(client, { component, installation, labels: { [labelNames.session]: sessionId } }, signal),
  );
  const pod = await starting("The agent's pod cannot be created", () =>
    createPod(client, manifest, { signal, isSame }),
  );
  try {
    await options.starting(name);
    signal.throwIfAborted();
    const owner = { apiVersion: "v1", kind: "Pod", ...podIdOf(pod) };
    const secret = ownedSecret({ name: secretName, labels, owner }, content.data);
    await starting("The agent's Secret cannot be created", () => createSecret(client, secret, signal));
    return pod;
  } catch (error) {
    // What cannot be deleted now is an orphan, which is looked for again and again.
    await deletePod(client, podIdOf(pod), { graceSeconds: 1 }).catch(() => {});
    throw error;
  }
}
