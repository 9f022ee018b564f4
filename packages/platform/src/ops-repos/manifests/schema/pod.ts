import * as z from "zod";
import { container, initContainer } from "./container.ts";
import { labels, podMetadata } from "./metadata.ts";
import { podSecurityContext } from "./security-context.ts";
import { only, refused } from "./values.ts";
import { volume } from "./volume.ts";

const ofTheCluster = refused("pods run as the namespace's own account, and without its token");
const scheduling = refused("where pods run is the cluster's to decide");

const podSpec = z.strictObject({
  containers: z.array(container).min(1).max(20),
  initContainers: z.array(initContainer).max(20).optional(),
  ephemeralContainers: refused("they are for people who look into a running pod"),
  volumes: z.array(volume).max(50).optional(),
  restartPolicy: only("Always", "a Deployment's pods are always started again"),
  terminationGracePeriodSeconds: z.int().min(0).max(600).optional(),
  securityContext: podSecurityContext,
  shareProcessNamespace: z.boolean().optional(),
  enableServiceLinks: z.boolean().optional(),
  hostNetwork: only(false, "it would be in the network of the node itself"),
  hostPID: only(false, "it would see the processes of the node"),
  hostIPC: only(false, "it would reach the memory of the node's processes"),
  hostUsers: only(false, "with false alone, root in a container is nobody on the node"),
  serviceAccountName: ofTheCluster,
  serviceAccount: ofTheCluster,
  automountServiceAccountToken: only(false, "pods get no token of the cluster"),
  imagePullSecrets: refused("manifests cannot name Secrets"),
  nodeName: scheduling,
  nodeSelector: z
    .strictObject({
      "kubernetes.io/arch": z.string().max(63).optional(),
      "kubernetes.io/os": z.string().max(63).optional(),
    })
    .optional(),
  affinity: refused("it can keep the pods of others from nodes; use topologySpreadConstraints"),
  tolerations: scheduling,
  schedulerName: scheduling,
  priorityClassName: refused("it can push the pods of others from nodes"),
  priority: refused("it can push the pods of others from nodes"),
  preemptionPolicy: refused("it can push the pods of others from nodes"),
  runtimeClassName: refused("it can choose a runtime that keeps containers less apart"),
  resourceClaims: refused("it claims devices of the node"),
  topologySpreadConstraints: z
    .array(
      z.strictObject({
        maxSkew: z.int().min(1).max(100),
        topologyKey: z.enum(["kubernetes.io/hostname", "topology.kubernetes.io/zone"]),
        whenUnsatisfiable: z.enum(["DoNotSchedule", "ScheduleAnyway"]),
        labelSelector: z.strictObject({ matchLabels: labels }).optional(),
      }),
    )
    .max(5)
    .optional(),
});

/** What a Deployment's pods are made from. They never get a token of the cluster. */
export const podTemplate = z
  .strictObject({ metadata: podMetadata, spec: podSpec })
  .transform(({ metadata, spec }) => ({ metadata, spec: { ...spec, automountServiceAccountToken: false } }));
