import { randomBytes } from "node:crypto";
import type { V1Pod } from "@kubernetes/client-node";
import type { AgentPlan } from "../../agent.ts";
import { StartError } from "../../runtime.ts";
import type { KubeClient } from "../client.ts";
import { deletePod, podGone } from "../delete-pod.ts";
import { KubeError } from "../kube-error.ts";
import { agentPodName, labelNames, labelsOf } from "../names.ts";
import { ownPods, podIdOf } from "../own-pods.ts";
import { retry, starting } from "../retry.ts";
import { readPod } from "../watch-pod.ts";
import { agentPod } from "./agent-pod.ts";
import { agentSecret, secretContent } from "./agent-secret.ts";
import type { AgentSettings } from "./agent-settings.ts";
import { createSecret } from "./secrets.ts";
import { secretNameOf } from "./volumes.ts";

/** Milliseconds in which what ran for the session before must be gone. */
const earlierPatience = 90_000;

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
  const name = agentPodName(installation, sessionId);
  const labels = labelsOf({ component: "agent-session", installation, projectId, run: { sessionId } });
  // Another one each time: the Secret of an earlier pod, which may not be removed yet, must not start this one.
  const secretName = `${name}-${randomBytes(4).toString("hex")}`;
  const content = secretContent(plan);
  const manifest = agentPod({ plan, settings, name, labels, secretName, content });
  await starting("What ran for the session before cannot be removed", () => endEarlier(options));
  const pod = await starting("The agent's pod cannot be created", () => createPod(client, manifest, signal));
  try {
    await options.starting(name);
    signal.throwIfAborted();
    const owner = { apiVersion: "v1", kind: "Pod", ...podIdOf(pod) };
    const secret = agentSecret({ name: secretName, labels, owner, content });
    await starting("The agent's Secret cannot be created", () => createSecret(client, secret, signal));
    return pod;
  } catch (error) {
    // What cannot be deleted now is an orphan, which is looked for again and again.
    await deletePod(client, podIdOf(pod), { graceSeconds: 1 }).catch(() => {});
    throw error;
  }
}

async function endEarlier({ client, installation, plan, signal }: StartPodOptions): Promise<void> {
  const labels = { [labelNames.session]: plan.sessionId };
  for (const pod of await ownPods(client, { component: "agent-session", installation, labels }, signal)) {
    const id = podIdOf(pod);
    await deletePod(client, id, { graceSeconds: 1, signal });
    const timeout = AbortSignal.timeout(earlierPatience);
    await podGone(client, id, AbortSignal.any([signal, timeout])).catch((error: unknown) => {
      signal.throwIfAborted();
      throw timeout.aborted ? new StartError("An earlier pod of the session does not end") : error;
    });
  }
}

/** @throws KubeError */
async function createPod(client: KubeClient, body: V1Pod, signal: AbortSignal): Promise<V1Pod> {
  const { namespace } = client;
  const create = () => client.call((core, call) => core.createNamespacedPod({ namespace, body }, call), signal);
  try {
    return await retry(create, { signal });
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
    // An attempt whose answer was lost may have made it.
    const there = await retry(() => readPod(client, body.metadata?.name ?? "", signal), { signal });
    if (there === undefined || secretNameOf(there) !== secretNameOf(body)) throw error;
    return there;
  }
}
