import type { V1IngressSpec, V1ServiceSpec } from "@kubernetes/client-node";
import * as z from "zod";
import { hostNameOf } from "../../../../workloads/names/host-name.ts";
import type { Manifest, WorkloadPlan } from "../../../workload.ts";
import type { WorkloadsConfig } from "../../kubernetes-config.ts";
import { objectName } from "../workload-labels.ts";
import { podSelector } from "./deployment.ts";

type IngressConfig = NonNullable<WorkloadsConfig["ingress"]>;

/** Where the pods of an image are reached inside the cluster. */
export function service(plan: WorkloadPlan): Manifest {
  const spec: V1ServiceSpec = {
    type: "ClusterIP",
    selector: podSelector(plan),
    ports: [{ name: "http", protocol: "TCP", port: 80, targetPort: "http" }],
  };
  return { apiVersion: "v1", kind: "Service", metadata: { name: objectName(plan) }, spec };
}

/** Where they are reached from outside. */
export function ingress(plan: WorkloadPlan, { domain, isHttps, className }: IngressConfig): Manifest {
  const name = objectName(plan);
  const host = hostNameOf(plan, domain);
  const path = { path: "/", pathType: "Prefix", backend: { service: { name, port: { name: "http" } } } };
  const spec: V1IngressSpec = {
    ...(className !== undefined && { ingressClassName: className }),
    // Without a Secret of its own: the certificate is the Ingress controller's.
    ...(isHttps && { tls: [{ hosts: [host] }] }),
    rules: [{ host, http: { paths: [path] } }],
  };
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name }, spec };
}

const ingressObject = z.object({
  kind: z.literal("Ingress"),
  spec: z.object({
    tls: z.array(z.object({ hosts: z.array(z.string()).default([]) })).default([]),
    rules: z.tuple([z.object({ host: z.string() })], z.unknown()),
  }),
});

const serviceObject = z.object({
  kind: z.literal("Service"),
  metadata: z.object({ name: z.string() }),
  spec: z.object({ ports: z.tuple([z.object({ port: z.int() })], z.unknown()) }),
});

/** A workload's address, by what is applied for it: outside, or else inside the cluster; null when that has none. */
export function addressOf(manifests: readonly Manifest[], namespace: string): string | null {
  const [outside] = manifests.flatMap((manifest) => ingressObject.safeParse(manifest).data ?? []);
  if (outside !== undefined) {
    const { host } = outside.spec.rules[0];
    const isHttps = outside.spec.tls.some(({ hosts }) => hosts.includes(host));
    return `${isHttps ? "https" : "http"}://${host}/`;
  }
  const [inside] = manifests.flatMap((manifest) => serviceObject.safeParse(manifest).data ?? []);
  if (inside === undefined) return null;
  const { port } = inside.spec.ports[0];
  return `http://${inside.metadata.name}.${namespace}.svc${port === 80 ? "" : `:${port}`}/`;
}
