import type { V1OwnerReference, V1Secret } from "@kubernetes/client-node";
import { StartError } from "../runtime.ts";
import type { Labels } from "./names.ts";

/** Bytes of all that a Secret may hold. */
const mostBytes = 1024 * 1024;

export interface SecretOptions {
  readonly name: string;
  readonly labels: Labels;
  /** The pod that it belongs to, and with which it goes. */
  readonly owner: V1OwnerReference;
}

/** A Secret that is one pod's, and is never changed. */
export function ownedSecret(
  { name, labels, owner }: SecretOptions,
  content: Readonly<Record<string, string>>,
): V1Secret {
  return {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels: { ...labels }, ownerReferences: [owner] },
    type: "Opaque",
    immutable: true,
    stringData: { ...content },
  };
}

/** @throws StartError, which begins with `what` (`The ... are`), when it is more than a Secret can hold */
export function assertSecretHolds(content: Readonly<Record<string, string>>, what: string): void {
  const bytes = Object.values(content).reduce((sum, value) => sum + Buffer.byteLength(value), 0);
  if (bytes > mostBytes) throw new StartError(`${what} more than a Secret can hold: 1 MiB`);
}
