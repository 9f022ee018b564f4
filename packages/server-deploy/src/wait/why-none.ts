import { pathParameters, previews } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { reasonText } from "../reasons.ts";

/** Why there is no preview of that slug, as a sentence; undefined where nobody knows. */
export async function whyNone(api: Api, project_id: string, branch_slug: string): Promise<string | undefined> {
  if (!pathParameters.branch_slug.safeParse(branch_slug).success) return undefined;
  const history = await api.call(previews.previewHistory, { project_id, branch_slug, limit: 1 }).catch(() => undefined);
  const { action, reason } = history?.items[0] ?? {};
  const why = reasonText(reason);
  if (why === null) return undefined;
  if (reason === "limit") return `None was made: ${why}.`;
  return action === "stop" ? `The last one went: ${why}.` : undefined;
}
