import * as z from "zod";
import type { Manifest } from "../../../workload.ts";
import { annotationNames } from "../annotations.ts";
import { isChanged, lastToChange } from "../drift.ts";
import type { StoredDeployment, StoredObject } from "../stored.ts";

const deployment = z.object({ kind: z.literal("Deployment"), spec: z.object({ replicas: z.int() }) });

interface Found {
  readonly object: StoredObject | undefined;
  /** Of a Deployment, how many pods it asks for: how that is changed most leaves no trace before Kubernetes 1.22. */
  readonly replicas: StoredDeployment["spec"]["replicas"] | undefined;
}

/** What is not as it was applied, in words; undefined when all is. */
export function driftOf(wanted: Manifest, { object, replicas }: Found): string | undefined {
  const what = `the ${wanted.kind} ${wanted.metadata.name}`;
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return `${what} is not there`;
  const generation = wanted.metadata.annotations;
  if (!isOfGeneration(object, generation)) return `${what} is of another generation`;
  const expected = deployment.safeParse(wanted).data?.spec.replicas;
  const isScaled = expected !== undefined && replicas !== undefined && expected !== replicas;
  if (!isScaled && !isChanged(object)) return undefined;
  const who = lastToChange(object);
  return `${what} was changed${who === undefined ? "" : ` by ${who}`}`;
}

function isOfGeneration({ metadata }: StoredObject, wanted: unknown): boolean {
  const name = annotationNames.generation;
  const annotations = z.record(z.string(), z.string()).safeParse(wanted).data;
  return annotations !== undefined && metadata.annotations[name] === annotations[name];
}
