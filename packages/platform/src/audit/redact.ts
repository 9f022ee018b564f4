import { platformCredential } from "@platform-mcp/client/contract";

/** Names of values that nobody may read in a log, whatever they hold. */
const secretNames =
  /^(.*_)?(password|token|secret|hash|authorization|cookie|credential|private_key|api_key|access_key)s?$/i;

const redacted = "[redacted]";

/** A copy of a value as JSON holds it, without secrets. A second fence: secrets are not to be handed in at all. */
export function redact(value: unknown): unknown {
  // PostgreSQL's jsonb holds neither NUL nor half of a surrogate pair.
  if (typeof value === "string") return value.replace(platformCredential, redacted).replaceAll("\0", "").toWellFormed();
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, part]) => [
      name,
      secretNames.test(name) && part !== null && part !== undefined ? redacted : redact(part),
    ]),
  );
}
