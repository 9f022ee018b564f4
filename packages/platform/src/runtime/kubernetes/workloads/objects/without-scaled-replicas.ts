import * as z from "zod";
import type { Manifest } from "../../../workload.ts";

const autoscaler = z.object({
  kind: z.literal("HorizontalPodAutoscaler"),
  spec: z.object({ scaleTargetRef: z.object({ kind: z.literal("Deployment"), name: z.string() }) }),
});

const scaled = z.object({ kind: z.literal("Deployment"), spec: z.looseObject({ replicas: z.unknown() }) });

/** How many pods a Deployment has is not ours to say where an autoscaler of the same manifests says it. */
export function withoutScaledReplicas(manifests: readonly Manifest[]): readonly Manifest[] {
  const targets = new Set(
    manifests.flatMap((manifest) => autoscaler.safeParse(manifest).data?.spec.scaleTargetRef.name ?? []),
  );
  return manifests.map((manifest) => {
    const found = scaled.safeParse(manifest).data;
    if (found === undefined || !targets.has(manifest.metadata.name)) return manifest;
    const { replicas: _, ...spec } = found.spec;
    return { ...manifest, spec };
  });
}
