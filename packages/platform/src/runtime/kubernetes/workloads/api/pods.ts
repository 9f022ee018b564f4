import { setTimeout as delay } from "node:timers/promises";
import type { KubeClient } from "../../client.ts";
import { jsonIn } from "../../json.ts";
import { KubeError } from "../../kube-error.ts";
import { retry } from "../../retry.ts";
import type { ContainerLog } from "../health/health.ts";
import {
  deploymentList,
  eventList,
  podList,
  type StoredDeployment,
  type StoredEvent,
  type StoredPod,
} from "../stored.ts";

interface Selected {
  readonly namespace: string;
  /** Of labels. */
  readonly selector: string;
}

const limit = 15_000;
/** What a kubelet answers as if it were the log, while a container is replaced or when it is gone. */
const noLog = /^unable to retrieve container logs for \S+\s*$/;
/** How often a log is asked for in that case, and the milliseconds in between: a kubelet looks at its containers each second. */
const noLogAsked = { times: 4, pause: 500 };

async function read(client: KubeClient, path: string, query: Readonly<Record<string, string>>): Promise<string> {
  return await retry(() => client.request({ method: "GET", path, query }), { limit });
}

/** @throws KubeError */
export async function listPods(client: KubeClient, { namespace, selector }: Selected): Promise<readonly StoredPod[]> {
  const found = await read(client, `/api/v1/namespaces/${namespace}/pods`, { labelSelector: selector });
  return podList.parse(jsonIn(found)).items;
}

/** Deployments with what says how they are. @throws KubeError */
export async function listDeployments(
  client: KubeClient,
  { namespace, selector }: Selected,
): Promise<readonly StoredDeployment[]> {
  const found = await read(client, `/apis/apps/v1/namespaces/${namespace}/deployments`, { labelSelector: selector });
  return deploymentList.parse(jsonIn(found)).items;
}

/** What the cluster has noticed about pods. @throws KubeError */
export async function listPodEvents(client: KubeClient, namespace: string): Promise<readonly StoredEvent[]> {
  const query = { fieldSelector: "involvedObject.kind=Pod,type=Warning" };
  return eventList.parse(jsonIn(await read(client, `/api/v1/namespaces/${namespace}/events`, query))).items;
}

/** The last lines that a container printed; empty when there are none, or the container is gone. @throws KubeError */
export async function readLastLines(
  client: KubeClient,
  { namespace, tail, ...log }: ContainerLog & { readonly namespace: string; readonly tail: number },
): Promise<string> {
  const query = { container: log.container, tailLines: String(tail), previous: String(log.previous) };
  try {
    for (let left = noLogAsked.times; left > 0; left--) {
      const lines = await read(client, `/api/v1/namespaces/${namespace}/pods/${log.pod}/log`, query);
      if (!noLog.test(lines)) return lines;
      if (left > 1) await delay(noLogAsked.pause);
    }
    return "";
  } catch (error) {
    // 400: it has not begun yet, or has had no other process before.
    if (error instanceof KubeError && (error.status === 400 || error.status === 404)) return "";
    throw error;
  }
}
