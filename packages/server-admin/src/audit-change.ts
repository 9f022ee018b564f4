import type { audit } from "@platform-mcp/client";

/** What every row has, and nobody asks for in what was changed. */
const usual = new Set(["id", "created_at", "updated_at"]);

/** What an entry changed, on one line such as `is_active: true -> false; name: ada`; null where nothing is kept. */
export function auditChange({ before, after }: Pick<audit.AuditEntry, "before" | "after">): string | null {
  const was = fieldsOf(before);
  const is = fieldsOf(after);
  const names = [...new Set([...was.keys(), ...is.keys()])];
  const changes = names.flatMap((name) => {
    if (was.has(name) && is.has(name)) return [`${name}: ${shown(was.get(name))} -> ${shown(is.get(name))}`];
    const value = was.get(name) ?? is.get(name);
    return value == null || usual.has(name) ? [] : [`${name}: ${shown(value)}`];
  });
  return changes.length === 0 ? null : changes.join("; ");
}

function fieldsOf(value: unknown): ReadonlyMap<string, unknown> {
  return new Map(typeof value === "object" && value !== null ? Object.entries(value) : []);
}

function shown(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}
