import * as z from "zod";

const texts = z.record(z.string(), z.string());

/** What every object has: enough to know whose it is, and whether somebody else has changed it. */
export const storedMetadata = z.object({
  name: z.string(),
  namespace: z.string().optional(),
  uid: z.string(),
  generation: z.int().default(0),
  labels: texts.default({}),
  annotations: texts.default({}),
  creationTimestamp: z.string().optional(),
  deletionTimestamp: z.string().optional(),
  managedFields: z
    .array(
      z.object({
        manager: z.string().default(""),
        operation: z.string().default(""),
        subresource: z.string().default(""),
        time: z.string().default(""),
        fieldsV1: z.unknown().optional(),
      }),
    )
    .default([]),
});

/** An object of the cluster, without what is particular about its kind. */
export const storedObject = z.object({ metadata: storedMetadata });
export type StoredObject = z.output<typeof storedObject>;

/** Of a Deployment, what says how it is. */
export const storedDeployment = z.object({
  metadata: storedMetadata,
  spec: z.object({
    replicas: z.int().default(1),
    paused: z.boolean().default(false),
    template: z.object({ metadata: z.object({ annotations: texts.default({}) }).prefault({}) }).prefault({}),
  }),
  status: z
    .object({
      observedGeneration: z.int().default(0),
      replicas: z.int().default(0),
      updatedReplicas: z.int().default(0),
      availableReplicas: z.int().default(0),
      conditions: z
        .array(
          z.object({
            type: z.string(),
            status: z.string(),
            reason: z.string().default(""),
            message: z.string().default(""),
          }),
        )
        .default([]),
    })
    .prefault({}),
});
export type StoredDeployment = z.output<typeof storedDeployment>;

const terminated = z.object({
  exitCode: z.int().default(0),
  signal: z.int().optional(),
  reason: z.string().default(""),
  message: z.string().default(""),
});

const containerState = z
  .object({
    waiting: z.object({ reason: z.string().default(""), message: z.string().default("") }).optional(),
    running: z.unknown().optional(),
    terminated: terminated.optional(),
  })
  .prefault({});

const containerStatus = z.object({
  name: z.string(),
  ready: z.boolean().default(false),
  restartCount: z.int().default(0),
  state: containerState,
  lastState: containerState,
});
export type ContainerStatus = z.output<typeof containerStatus>;

/** Of a pod, what says how it is. */
export const storedPod = z.object({
  metadata: storedMetadata,
  status: z
    .object({
      phase: z.string().default("Pending"),
      conditions: z
        .array(z.object({ type: z.string(), status: z.string(), message: z.string().default("") }))
        .default([]),
      initContainerStatuses: z.array(containerStatus).default([]),
      containerStatuses: z.array(containerStatus).default([]),
    })
    .prefault({}),
});
export type StoredPod = z.output<typeof storedPod>;

/** What the cluster has noticed about an object. */
export const storedEvent = z.object({
  involvedObject: z.object({ uid: z.string().default("") }).prefault({}),
  reason: z.string().default(""),
  message: z.string().default(""),
  lastTimestamp: z.string().nullish(),
  eventTime: z.string().nullish(),
});
export type StoredEvent = z.output<typeof storedEvent>;

/** A list; some API servers write null for an empty one. */
function listOf<T extends z.ZodType>(item: T) {
  const items = z
    .array(item)
    .nullable()
    .transform((all) => all ?? []);
  return z.object({ items });
}

export const objectList = listOf(storedObject);
export const deploymentList = listOf(storedDeployment);
export const podList = listOf(storedPod);
export const eventList = listOf(storedEvent);
