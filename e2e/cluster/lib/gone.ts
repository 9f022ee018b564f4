import { setTimeout as delay } from "node:timers/promises";
import type { List, Pod, Secret } from "./kube-objects.ts";
import { kubeGet } from "./kubectl.ts";

/** Resolves when no pod of a step is there any more in a namespace, nor its Secret. */
export async function gone(namespace: string, stepId: string): Promise<void> {
  const query = `labelSelector=platform.io/step%3D${stepId}`;
  for (;;) {
    const lists = ["pods", "secrets"].map((kind) =>
      kubeGet<List<Pod | Secret>>(`/api/v1/namespaces/${namespace}/${kind}?${query}`),
    );
    if ((await Promise.all(lists)).every(({ items }) => items.length === 0)) return;
    await delay(500);
  }
}
