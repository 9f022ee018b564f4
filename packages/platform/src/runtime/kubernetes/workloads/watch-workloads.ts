import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import * as z from "zod";
import { jsonIn } from "../json.ts";
import { labelNames, selectorOf } from "../names.ts";
import { backOff } from "../retry.ts";
import type { Workplace } from "./place.ts";

const event = z.object({
  type: z.string(),
  object: z.object({
    metadata: z.object({
      resourceVersion: z.string().optional(),
      labels: z.record(z.string(), z.string()).default({}),
    }),
  }),
});

/** Names and labels are enough: what is in other people's Deployments is not asked for. */
const metadataOnly = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1,application/json";

/** Seconds after which the API server ends a watch. */
const watchSeconds = 240;

/**
 * Calls with the id of a workload of which a Deployment has changed or gone, in whatever namespace, until the signal. It
 * may miss some, as while the API server is away: what is asked for is the truth.
 */
export async function watchWorkloads(
  { client, installation }: Workplace,
  onChange: (workloadId: string) => void,
  signal: AbortSignal,
  /** Milliseconds after which a watch is ended here: what is between may keep a connection and forward nothing on it. */
  { longest = (watchSeconds + 60) * 1000 }: { readonly longest?: number } = {},
): Promise<void> {
  const labelSelector = selectorOf({ [labelNames.managedBy]: "platform", [labelNames.installation]: installation });
  /** Where the last watch ended, so that the next tells of nothing twice. */
  let resourceVersion: string | undefined;
  for (let failures = 0; !signal.aborted; ) {
    const begun = performance.now();
    try {
      const query = {
        ...{ watch: "true", labelSelector, timeoutSeconds: String(watchSeconds), allowWatchBookmarks: "true" },
        ...(resourceVersion !== undefined && { resourceVersion }),
      };
      const ending = AbortSignal.any([signal, AbortSignal.timeout(longest)]);
      const answer = await client.open("/apis/apps/v1/deployments", query, ending, metadataOnly);
      for await (const line of createInterface({ input: answer })) {
        const { data } = event.safeParse(jsonIn(line));
        // Such as that it is too old to go on from there.
        if (data === undefined || data.type === "ERROR") break;
        resourceVersion = data.object.metadata.resourceVersion ?? resourceVersion;
        const workloadId = data.object.metadata.labels[labelNames.workload];
        // What is new was made by the platform itself.
        if (workloadId !== undefined && (data.type === "MODIFIED" || data.type === "DELETED")) onChange(workloadId);
      }
    } catch {
      // Whoever asks now and then learns of it.
    }
    const isShort = performance.now() - begun < 5_000;
    if (isShort) resourceVersion = undefined;
    failures = isShort ? failures + 1 : 0;
    await delay(backOff(failures + 1), undefined, { signal }).catch(() => {});
  }
}
