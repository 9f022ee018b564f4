import * as z from "zod";
import { lifecycle, probe } from "./probe.ts";
import { containerSecurityContext } from "./security-context.ts";
import { absolutePath, fileName, name, port, protocol, quantity, refused, relativePath, variable } from "./values.ts";

/** As everywhere on the platform: nothing that a shell could take for more than a name. */
const image = z
  .string()
  .min(1)
  .max(500)
  .regex(/^(?=.*[A-Za-z0-9])[^\s\p{C};&|$`'"\\]+$/u, "is not the name of an image");

const words = z.array(z.string().max(65_536)).max(200);

/** What the pod may learn of itself; not of the node. */
const ownFields = ["metadata.name", "metadata.namespace", "metadata.uid", "status.podIP"] as const;

const valueFrom = z.strictObject({
  configMapKeyRef: z.strictObject({ name, key: fileName, optional: z.boolean().optional() }).optional(),
  fieldRef: z.strictObject({ fieldPath: z.enum(ownFields), apiVersion: z.literal("v1").optional() }).optional(),
  secretKeyRef: z.strictObject({ name, key: fileName, optional: z.boolean().optional() }).optional(),
  resourceFieldRef: z
    .strictObject({
      resource: z.enum(["limits.cpu", "limits.memory", "requests.cpu", "requests.memory"]),
      containerName: name.optional(),
      divisor: quantity.optional(),
    })
    .optional(),
});

const env = z
  .array(z.strictObject({ name: variable, value: z.string().max(131_072).optional(), valueFrom: valueFrom.optional() }))
  .max(500);

const envFrom = z
  .array(
    z.strictObject({
      prefix: variable.optional(),
      configMapRef: z.strictObject({ name, optional: z.boolean().optional() }).optional(),
      secretRef: z.strictObject({ name, optional: z.boolean().optional() }).optional(),
    }),
  )
  .max(20);

const ofTheNode = refused("it opens a port of the node itself: use a Service");

const ports = z
  .array(
    z.strictObject({
      name: name.optional(),
      containerPort: port,
      protocol,
      hostPort: ofTheNode,
      hostIP: ofTheNode,
    }),
  )
  .max(50);

const amounts = z.strictObject({
  cpu: quantity.optional(),
  memory: quantity.optional(),
  "ephemeral-storage": quantity.optional(),
});

const volumeMount = z.strictObject({
  name,
  mountPath: absolutePath,
  subPath: relativePath.optional(),
  readOnly: z.boolean().optional(),
  mountPropagation: refused("what is mounted would show on the node"),
  subPathExpr: refused("use subPath"),
});

const fields = {
  name,
  image,
  imagePullPolicy: z.enum(["Always", "IfNotPresent", "Never"]).optional(),
  command: words.optional(),
  args: words.optional(),
  workingDir: absolutePath.optional(),
  ports: ports.optional(),
  env: env.optional(),
  envFrom: envFrom.optional(),
  resources: z
    .strictObject({
      limits: amounts.optional(),
      requests: amounts.optional(),
      claims: refused("it claims devices of the node"),
    })
    .optional(),
  volumeMounts: z.array(volumeMount).max(50).optional(),
  volumeDevices: refused("it opens devices of the node"),
  livenessProbe: probe.optional(),
  readinessProbe: probe.optional(),
  startupProbe: probe.optional(),
  lifecycle: lifecycle.optional(),
  securityContext: containerSecurityContext,
  terminationMessagePath: refused("the platform reads what a container printed"),
};

/** A container of a pod. */
export const container = z.strictObject(fields);

/** One that runs before them, or with `restartPolicy: Always` beside them. */
export const initContainer = z.strictObject({ ...fields, restartPolicy: z.literal("Always").optional() });
