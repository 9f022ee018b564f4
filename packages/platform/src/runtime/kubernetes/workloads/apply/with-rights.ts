import { setTimeout as delay } from "node:timers/promises";
import type { KubeClient } from "../../client.ts";
import { KubeError } from "../../kube-error.ts";
import type { WorkloadsConfig } from "../../kubernetes-config.ts";
import { labelNames } from "../../names.ts";
import { retry } from "../../retry.ts";

/** Milliseconds in which rights that were given are known to every part of the API server. */
const patience = 10_000;

/** Whether the API server says that the platform may not do this, and not that there is no room for it. */
export function isForbidden(error: unknown): boolean {
  return (
    error instanceof KubeError && error.status === 403 && !/exceeded quota|is being terminated/.test(error.message)
  );
}

interface Place {
  readonly client: KubeClient;
  readonly account: WorkloadsConfig["account"];
  readonly namespace: string;
}

/**
 * Does something in a namespace of the platform's own; where it has no rights yet, as in one that was just made, it takes
 * those of its role there first. @throws KubeError
 */
export async function withRights<T>({ client, account, namespace }: Place, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (account === undefined || !isForbidden(error)) throw error;
  }
  await bind(client, namespace, account);
  for (const end = performance.now() + patience; ; await delay(200)) {
    try {
      return await work();
    } catch (error) {
      if (!isForbidden(error) || performance.now() > end) throw error;
    }
  }
}

async function bind(
  client: KubeClient,
  namespace: string,
  { role, ...account }: NonNullable<WorkloadsConfig["account"]>,
): Promise<void> {
  const api = "rbac.authorization.k8s.io";
  const body = {
    apiVersion: `${api}/v1`,
    kind: "RoleBinding",
    metadata: { name: "platform", labels: { [labelNames.managedBy]: "platform" } },
    roleRef: { apiGroup: api, kind: "ClusterRole", name: role },
    subjects: [{ kind: "ServiceAccount", ...account }],
  };
  const path = `/apis/${api}/v1/namespaces/${namespace}/rolebindings`;
  try {
    await retry(() => client.request({ method: "POST", path, body }));
  } catch (error) {
    if (!(error instanceof KubeError && error.reason === "AlreadyExists")) throw error;
  }
}
