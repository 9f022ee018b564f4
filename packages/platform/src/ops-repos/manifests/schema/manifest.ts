import type * as z from "zod";
import { autoscaler } from "./autoscaler.ts";
import { configMap } from "./config-map.ts";
import { deployment } from "./deployment.ts";
import { disruptionBudget } from "./disruption-budget.ts";
import { ingress } from "./ingress.ts";
import { service } from "./service.ts";

/**
 * What a manifest may be, field by field: whoever can write to an ops repo must not gain the platform's rights, and what
 * a cluster understands grows with each version of it. So what is not here is refused.
 */
export const manifestSchemas = {
  Deployment: deployment,
  Service: service,
  ConfigMap: configMap,
  Ingress: ingress,
  HorizontalPodAutoscaler: autoscaler,
  PodDisruptionBudget: disruptionBudget,
} as const;

export type ManifestKind = keyof typeof manifestSchemas;

/** A manifest that has been found to be one that is allowed. */
export type CheckedManifest = z.output<(typeof manifestSchemas)[ManifestKind]>;

export function isManifestKind(kind: unknown): kind is ManifestKind {
  return typeof kind === "string" && Object.hasOwn(manifestSchemas, kind);
}
