/** A kind of object that workloads consist of. */
export interface Kind {
  readonly kind: string;
  /** Its name in paths. */
  readonly plural: string;
  /** The versions of the API that have it, the one to use first: of clusters from 1.20 on, each has one of them. */
  readonly versions: readonly [string, ...string[]];
}

/** All of them, in the order in which they are applied: what others need comes before them. */
export const kinds = [
  { kind: "NetworkPolicy", plural: "networkpolicies", versions: ["networking.k8s.io/v1"] },
  { kind: "Secret", plural: "secrets", versions: ["v1"] },
  { kind: "ConfigMap", plural: "configmaps", versions: ["v1"] },
  { kind: "Service", plural: "services", versions: ["v1"] },
  { kind: "Deployment", plural: "deployments", versions: ["apps/v1"] },
  { kind: "Ingress", plural: "ingresses", versions: ["networking.k8s.io/v1"] },
  { kind: "HorizontalPodAutoscaler", plural: "horizontalpodautoscalers", versions: ["autoscaling/v1"] },
  { kind: "PodDisruptionBudget", plural: "poddisruptionbudgets", versions: ["policy/v1", "policy/v1beta1"] },
] as const satisfies readonly Kind[];

/** @throws Error for a kind that no workload has */
export function kindOf(name: string): Kind {
  const found = kinds.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`workloads have no ${name}`);
  return found;
}

/** Where objects of a kind are, of a version such as `v1` or `apps/v1`; one of them, or all that a namespace has. */
export function objectPath(
  version: string,
  { plural }: Pick<Kind, "plural">,
  namespace: string,
  name?: string,
): string {
  const api = version.includes("/") ? `/apis/${version}` : `/api/${version}`;
  return `${api}/namespaces/${namespace}/${plural}${name === undefined ? "" : `/${name}`}`;
}
