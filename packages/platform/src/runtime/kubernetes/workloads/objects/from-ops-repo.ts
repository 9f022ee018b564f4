import * as z from "zod";
import type { Manifest } from "../../../workload.ts";
import type { WorkloadsConfig } from "../../kubernetes-config.ts";
import { labelNames } from "../../names.ts";
import type { Mark } from "./of-workload.ts";

const words = z.record(z.string(), z.string());
const selecting = z.looseObject({ selector: z.looseObject({ matchLabels: words }) });
const serving = z.looseObject({ selector: words });

/**
 * A manifest of an ops repo as it is applied. In a namespace that it shares with the project's other deployments, it
 * selects the pods of its own workload alone, whatever labels theirs have; and requests come in to it as to all others.
 */
export function fromOpsRepo(manifest: Manifest, { ingress }: WorkloadsConfig, { labels }: Mark): Manifest {
  const own = { [labelNames.workload]: labels[labelNames.workload] ?? "" };
  switch (manifest.kind) {
    case "Deployment":
    case "PodDisruptionBudget": {
      const spec = selecting.safeParse(manifest.spec).data;
      if (spec === undefined) return manifest;
      const matchLabels = { ...spec.selector.matchLabels, ...own };
      return { ...manifest, spec: { ...spec, selector: { ...spec.selector, matchLabels } } };
    }
    case "Service": {
      const spec = serving.safeParse(manifest.spec).data;
      return spec === undefined ? manifest : { ...manifest, spec: { ...spec, selector: { ...spec.selector, ...own } } };
    }
    case "Ingress": {
      const spec = z.looseObject({}).safeParse(manifest.spec).data;
      if (ingress?.className === undefined) return manifest;
      return { ...manifest, spec: { ...spec, ingressClassName: ingress.className } };
    }
    default:
      return manifest;
  }
}
