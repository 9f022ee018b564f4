import { pathParameters, previews } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { reasonText } from "../reasons.ts";

/** Why there is no preview of that slug any more; undefined where nobody knows. */
export async function wentBecause(api: Api, project_id: string, branch_slug: string): Promise<string | undefined> {
  if (!pathParameters.branch_slug.safeParse(branch_slug).success) return undefined;
  const history = await api.call(previews.previewHistory, { project_id, branch_slug, limit: 1 }).catch(() => undefined);
  const last = history?.items[0];
  return last?.action === "stop" ? (reasonText(last.reason) ?? undefined) : undefined;
}
