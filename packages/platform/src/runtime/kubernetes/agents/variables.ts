import type { V1EnvVar } from "@kubernetes/client-node";
import { StartError } from "../../runtime.ts";
import { literal } from "../literal.ts";

/** Bytes of the longest `NAME=value` that Linux hands to a process, its end included (MAX_ARG_STRLEN). */
const longestVariable = 128 * 1024;

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

/** Says which variable no container could be started with. @throws StartError */
export function checkVariables(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new StartError(`${JSON.stringify(name)} cannot be the name of an environment variable`);
    }
    if (Buffer.byteLength(`${name}=${value}`) >= longestVariable) {
      throw new StartError(`The environment variable ${name} is longer than 128 KiB`);
    }
    if (value.includes("\0")) throw new StartError(`The environment variable ${name} contains a NUL byte`);
  }
}
