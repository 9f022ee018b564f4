import * as z from "zod";
import { type Manifest, WorkloadError } from "../../../workload.ts";
import { annotationNames } from "../annotations.ts";
import { progressDeadlineSeconds } from "./deployment.ts";
import { withProtocols } from "./with-protocols.ts";

/** Whose an object is, and where. */
export interface Mark {
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly generation: number;
}

const metadata = z.looseObject({
  labels: z.record(z.string(), z.string()).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});

const object = z.looseObject({}).prefault({});

const deploymentSpec = z.looseObject({
  template: z.looseObject({ metadata: metadata.prefault({}), spec: z.looseObject({}) }),
});

/**
 * An object in the workload's namespace with its labels and generation, whatever it says itself. A Deployment's pods have
 * them too: so they are found, and are made anew with each generation. @throws WorkloadError when it is no Deployment's
 */
export function ofWorkload(manifest: Manifest, mark: Mark): Manifest {
  const { namespace } = mark;
  const whole = { ...manifest, metadata: { ...manifest.metadata, ...marked(manifest.metadata, mark), namespace } };
  if (manifest.kind === "Service") return { ...whole, spec: withProtocols("Service", object.parse(manifest.spec)) };
  if (manifest.kind !== "Deployment") return whole;
  const { data: spec, error } = deploymentSpec.safeParse(manifest.spec);
  if (spec === undefined) {
    const where = error.issues.map(({ path, message }) => `spec.${path.join(".")}: ${message}`).join("; ");
    throw new WorkloadError("invalid_manifest", `the Deployment ${manifest.metadata.name}: ${where}`, {
      isFinal: true,
    });
  }
  const { template } = spec;
  return {
    ...whole,
    spec: {
      progressDeadlineSeconds,
      ...spec,
      template: {
        ...template,
        metadata: { ...template.metadata, ...marked(template.metadata, mark) },
        // Its processes have nothing to ask of the cluster.
        spec: { automountServiceAccountToken: false, ...withProtocols("Pod", template.spec) },
      },
    },
  };
}

function marked(of: unknown, { labels, generation }: Mark) {
  const { labels: own, annotations } = metadata.parse(of);
  return {
    labels: { ...own, ...labels },
    annotations: { ...annotations, [annotationNames.generation]: String(generation) },
  };
}
