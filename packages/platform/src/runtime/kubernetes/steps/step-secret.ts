import type { V1Secret } from "@kubernetes/client-node";
import type { StepPlan } from "../../runtime.ts";
import { assertSecretHolds, ownedSecret, type SecretOptions } from "../owned-secret.ts";
import { places } from "./step-pod.ts";

interface StepSecretOptions extends SecretOptions {
  readonly plan: StepPlan;
}

/**
 * A step's whole environment, as it cannot be told which of it is a secret; `PATH` is the image's.
 * @throws StartError when it is more than a Secret can hold
 */
export function stepSecret({ plan, ...options }: StepSecretOptions): V1Secret {
  const given = { HOME: places.home, TMPDIR: places.temporary, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
  const content = { ...given, ...plan.environment };
  assertSecretHolds(content, "The step's environment is");
  return ownedSecret(options, content);
}
