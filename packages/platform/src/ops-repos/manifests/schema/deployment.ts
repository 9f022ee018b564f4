import * as z from "zod";
import { objectMetadata, selector } from "./metadata.ts";
import { podTemplate } from "./pod.ts";
import { countOrShare, refused, seconds } from "./values.ts";

/** Pods of one Deployment, at most. */
export const maxReplicas = 50;

export const deployment = z.strictObject({
  apiVersion: z.literal("apps/v1"),
  kind: z.literal("Deployment"),
  metadata: objectMetadata,
  spec: z.strictObject({
    replicas: z.int().min(0).max(maxReplicas).optional(),
    selector,
    template: podTemplate,
    strategy: z
      .strictObject({
        type: z.enum(["RollingUpdate", "Recreate"]).optional(),
        rollingUpdate: z
          .strictObject({ maxSurge: countOrShare.optional(), maxUnavailable: countOrShare.optional() })
          .optional(),
      })
      .optional(),
    minReadySeconds: seconds.optional(),
    revisionHistoryLimit: z.int().min(0).max(100).optional(),
    progressDeadlineSeconds: z.int().min(1).max(3600).optional(),
    paused: refused("it would never become what is asked for: stop the deployment"),
  }),
  status: refused("the cluster says how it is"),
});
