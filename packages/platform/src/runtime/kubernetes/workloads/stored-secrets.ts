import * as z from "zod";
import { withIngestKeys } from "../../../observe/own/hidden-keys.ts";
import type { WorkloadName } from "../../workload.ts";
import { jsonIn } from "../json.ts";
import { isNotFound } from "../kube-error.ts";
import { retry } from "../retry.ts";
import { kindOf, objectPath } from "./kinds.ts";
import { namespaceFor, type Workplace } from "./place.ts";
import { objectName } from "./workload-labels.ts";

const secret = z.object({ data: z.record(z.string(), z.string()).default({}) });

/** The values of a workload's secrets as its processes got them: the project's may be others by now. @throws KubeError */
export async function storedSecrets(place: Workplace, name: WorkloadName): Promise<readonly string[]> {
  const path = objectPath("v1", kindOf("Secret"), namespaceFor(place, name), objectName(name));
  try {
    const { data } = secret.parse(jsonIn(await retry(() => place.client.request({ method: "GET", path }))));
    return withIngestKeys(Object.values(data).map((value) => Buffer.from(value, "base64").toString()));
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
