import type { V1OwnerReference, V1Secret } from "@kubernetes/client-node";
import { StartError, type StepPlan } from "../../runtime.ts";
import type { Labels } from "../names.ts";
import { places } from "./step-pod.ts";

/** Bytes of all that a Secret may hold. */
const mostBytes = 1024 * 1024;

interface StepSecretOptions {
  readonly name: string;
  readonly labels: Labels;
  /** The pod that it belongs to, and with which it goes. */
  readonly owner: V1OwnerReference;
  readonly plan: StepPlan;
}

/**
 * A step's whole environment, as it cannot be told which of it is a secret; `PATH` is the image's.
 * @throws StartError when it is more than a Secret can hold
 */
export function stepSecret({ name, labels, owner, plan }: StepSecretOptions): V1Secret {
  const given = { HOME: places.home, TMPDIR: places.temporary, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  const stringData = { ...given, ...plan.environment };
  const bytes = Object.values(stringData).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes > mostBytes) throw new StartError("The step's environment is more than a Secret can hold: 1 MiB");
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels: { ...labels }, ownerReferences: [owner] },
    type: "Opaque",
    immutable: true,
    stringData,
  };
}
