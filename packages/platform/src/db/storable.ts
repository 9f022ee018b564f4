/**
 * A value as PostgreSQL can hold it, in `text` as in `jsonb`: without NUL, and with U+FFFD for halves of surrogate pairs,
 * in strings at any depth and in the names of what an object holds.
 */
export function storable<Value>(value: Value): Value;
export function storable(value: unknown): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "").toWellFormed();
  if (Array.isArray(value)) return value.map((inner) => storable(inner));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [storable(name), storable(inner)]));
}
