import type { V1EnvVar } from "@kubernetes/client-node";
import { literal } from "../literal.ts";

/** A variable's value as it is, or where it is to be found in a Secret. */
export type Variable = string | { readonly secret: string; readonly key: string };

/** The environment of a container; with names in order, so that the same plan gives the same pod. */
export function environment(variables: Readonly<Record<string, Variable>>): V1EnvVar[] {
  return Object.entries(variables)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) =>
      typeof value === "string"
        ? { name, value: literal(value) }
        : { name, valueFrom: { secretKeyRef: { name: value.secret, key: value.key } } },
    );
}
