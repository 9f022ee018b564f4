import { createHash } from "node:crypto";
import { annotationNames } from "./annotations.ts";
import { fieldManager } from "./api/objects.ts";
import type { StoredObject } from "./stored.ts";

/**
 * A digest of the fields of an object that are the platform's. Whoever changes or removes one, with whatever, makes it
 * their own by that: so it tells whether anybody has, without comparing values that the API server writes in its own way.
 */
export function appliedFields({ metadata }: StoredObject): string {
  const own = metadata.managedFields.filter(
    ({ manager, operation, subresource }) => manager === fieldManager && operation === "Apply" && subresource === "",
  );
  const fields = own.map(({ fieldsV1 }) => fieldsV1);
  return createHash("sha256")
    .update(JSON.stringify(sorted(fields)))
    .digest("hex")
    .slice(0, 32);
}

/** Whether somebody has changed a field since it was applied. */
export function isChanged(object: StoredObject): boolean {
  return object.metadata.annotations[annotationNames.fields] !== appliedFields(object);
}

/** Who has changed something of an object last, by the name of their program; undefined if that cannot be told. */
export function lastToChange({ metadata }: StoredObject): string | undefined {
  return metadata.managedFields
    .filter(({ operation }) => operation === "Update")
    .filter(({ manager }) => !/^(kube-|platform-)/.test(manager))
    .toSorted((a, b) => a.time.localeCompare(b.time))
    .at(-1)?.manager;
}

/** With the names of its members in one order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, member]) => [name, sorted(member)]),
  );
}
