import type { V1Pod } from "@kubernetes/client-node";
import type { RunReference } from "../runtime.ts";
import type { KubeClient } from "./client.ts";
import { deletePod } from "./delete-pod.ts";
import { type Component, type Labels, labelNames, ownSelector } from "./names.ts";
import { retry } from "./retry.ts";
import type { PodId } from "./watch-pod.ts";

export interface WhichPods {
  readonly component: Component;
  readonly installation: string;
  /** Further labels that they have. */
  readonly labels?: Labels;
}

/** The pods of a kind that one platform has made. @throws KubeError */
export async function ownPods(
  client: KubeClient,
  { component, installation, labels }: WhichPods,
  signal?: AbortSignal,
): Promise<readonly V1Pod[]> {
  const { namespace } = client;
  const labelSelector = ownSelector(component, installation, labels);
  const list = () =>
    client.call((core, options) => core.listNamespacedPod({ namespace, labelSelector }, options), signal);
  return (await retry(list, { signal })).items;
}

/** What tells a pod that exists from any other. */
export function podIdOf({ metadata }: V1Pod): PodId {
  const { name, uid } = metadata ?? {};
  if (name === undefined || uid === undefined) throw new Error("the API server gave a pod without a name");
  return { name, uid };
}

/** What a pod runs, by its labels; undefined when they do not say. */
export function runOf({ metadata }: V1Pod): RunReference | undefined {
  const labels = metadata?.labels ?? {};
  const sessionId = labels[labelNames.session];
  if (sessionId !== undefined) return { kind: "agent", sessionId };
  const stepId = labels[labelNames.step];
  const attempt = Number(labels[labelNames.attempt]);
  return stepId !== undefined && Number.isInteger(attempt) ? { kind: "step", stepId, attempt } : undefined;
}

interface OrphanOptions extends WhichPods {
  readonly graceSeconds: number;
  readonly isWanted: (run: RunReference) => Promise<boolean>;
}

/** Deletes the pods that nobody looks after any more. @throws KubeError, once it has tried all */
export async function removeOrphanPods(client: KubeClient, options: OrphanOptions): Promise<void> {
  const { graceSeconds, isWanted } = options;
  let failure: unknown;
  for (const pod of await ownPods(client, options)) {
    const run = runOf(pod);
    if (pod.metadata?.deletionTimestamp !== undefined || run === undefined) continue;
    try {
      if (!(await isWanted(run))) await deletePod(client, podIdOf(pod), { graceSeconds });
    } catch (error) {
      failure = error;
    }
  }
  if (failure !== undefined) throw failure;
}
