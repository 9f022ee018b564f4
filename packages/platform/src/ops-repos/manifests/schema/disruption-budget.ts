import * as z from "zod";
import { objectMetadata, selector } from "./metadata.ts";
import { countOrShare, refused } from "./values.ts";

export const disruptionBudget = z.strictObject({
  // The older one is that of clusters before 1.21.
  apiVersion: z.enum(["policy/v1", "policy/v1beta1"]),
  kind: z.literal("PodDisruptionBudget"),
  metadata: objectMetadata,
  spec: z.strictObject({
    selector,
    minAvailable: countOrShare.optional(),
    maxUnavailable: countOrShare.optional(),
    unhealthyPodEvictionPolicy: z.enum(["IfHealthyBudget", "AlwaysAllow"]).optional(),
  }),
  status: refused("the cluster says how it is"),
});
