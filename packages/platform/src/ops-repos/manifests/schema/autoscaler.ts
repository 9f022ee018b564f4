import * as z from "zod";
import { maxReplicas } from "./deployment.ts";
import { objectMetadata } from "./metadata.ts";
import { name, quantity, refused, seconds } from "./values.ts";

const target = z.strictObject({
  type: z.enum(["Utilization", "AverageValue"]),
  averageUtilization: z.int().min(1).max(1000).optional(),
  averageValue: quantity.optional(),
});
const resource = z.enum(["cpu", "memory"]);
const elsewhere = refused("it would read the metrics of others; use Resource");

const rules = z.strictObject({
  stabilizationWindowSeconds: z.int().min(0).max(3600).optional(),
  selectPolicy: z.enum(["Max", "Min", "Disabled"]).optional(),
  policies: z
    .array(
      z.strictObject({ type: z.enum(["Pods", "Percent"]), value: z.int().min(1).max(1000), periodSeconds: seconds }),
    )
    .max(10)
    .optional(),
});

export const autoscaler = z.strictObject({
  apiVersion: z.literal("autoscaling/v2"),
  kind: z.literal("HorizontalPodAutoscaler"),
  metadata: objectMetadata,
  spec: z.strictObject({
    scaleTargetRef: z.strictObject({ apiVersion: z.literal("apps/v1"), kind: z.literal("Deployment"), name }),
    minReplicas: z.int().min(1).max(maxReplicas).optional(),
    maxReplicas: z.int().min(1).max(maxReplicas),
    metrics: z
      .array(
        z.strictObject({
          type: z.enum(["Resource", "ContainerResource"]),
          resource: z.strictObject({ name: resource, target }).optional(),
          containerResource: z.strictObject({ name: resource, container: name, target }).optional(),
          object: elsewhere,
          pods: elsewhere,
          external: elsewhere,
        }),
      )
      .max(10)
      .optional(),
    behavior: z.strictObject({ scaleUp: rules.optional(), scaleDown: rules.optional() }).optional(),
  }),
  status: refused("the cluster says how it is"),
});
