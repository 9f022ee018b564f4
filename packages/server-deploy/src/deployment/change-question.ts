import type { deployments } from "@platform-mcp/client";
import { quoteName } from "@platform-mcp/server-kit";

type Changes = Readonly<Record<string, unknown>>;

/** Fields whose present value is shown beside the new one, with what people call them. */
const fields = [
  ["image_ref", "image"],
  ["desired_status", "wanted status"],
  ["ops_repo_id", "ops repo"],
  ["manifest_path", "manifests"],
] as const;

/** What a person is asked before production changes. @param now undefined where it cannot be had */
export function changeQuestion(now: deployments.Deployment | undefined, changes: Changes): string {
  const lines = fields.flatMap(([field, name]) => {
    const to = changes[field];
    const from = now?.[field];
    return to === undefined || to === from ? [] : [`${name}: ${shown(from)} -> ${shown(to)}`];
  });
  if (changes.values_override !== undefined) lines.push(`values: ${shown(changes.values_override)}`);
  const where = now?.url ? ` (${quoteName(now.url)})` : "";
  if (lines.length > 0) return [`Change production${where}?`, ...lines].join("\n");
  return `Deploy production${where} anew, as it is?\nimage: ${shown(now?.image_ref)}`;
}

function shown(value: unknown): string {
  if (value === undefined) return "?";
  if (value === null) return "none";
  return quoteName(typeof value === "string" ? value : JSON.stringify(value));
}
