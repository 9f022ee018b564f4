import * as z from "zod";

const port = z.looseObject({ protocol: z.string().default("TCP") });
const container = z.looseObject({ ports: z.array(port).optional() });
const pod = z.looseObject({
  containers: z.array(container).optional(),
  initContainers: z.array(container).optional(),
});
const service = z.looseObject({ ports: z.array(port).optional() });

/**
 * The `spec` of a Service, or of a pod's template, whose ports say by which protocol: they are told apart by it, and up to
 * Kubernetes 1.20 nothing is applied in which it is left out. What is not of this form is given as it is.
 */
export function withProtocols(
  kind: "Service" | "Pod",
  spec: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return (kind === "Service" ? service : pod).safeParse(spec).data ?? { ...spec };
}
