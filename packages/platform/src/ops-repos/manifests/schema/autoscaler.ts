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

const scaleTargetRef = z.strictObject({ apiVersion: z.literal("apps/v1"), kind: z.literal("Deployment"), name });
const range = {
  minReplicas: z.int().min(1).max(maxReplicas).optional(),
  maxReplicas: z.int().min(1).max(maxReplicas),
};
const kind = z.literal("HorizontalPodAutoscaler");
const status = refused("the cluster says how it is");

/** Of clusters before 1.23, and of all others too. */
const first = z.strictObject({
  apiVersion: z.literal("autoscaling/v1"),
  ...{ kind, metadata: objectMetadata, status },
  spec: z.strictObject({
    ...{ scaleTargetRef, ...range },
    targetCPUUtilizationPercentage: z.int().min(1).max(1000).optional(),
  }),
});

const second = z.strictObject({
  apiVersion: z.literal("autoscaling/v2"),
  ...{ kind, metadata: objectMetadata, status },
  spec: z.strictObject({
    ...{ scaleTargetRef, ...range },
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
});

export const autoscaler = z.discriminatedUnion("apiVersion", [first, second], {
  error: "must be 'autoscaling/v1' or 'autoscaling/v2'",
});
