import { pathParameters, previews } from "@platform-mcp/client";
import type { Api } from "@platform-mcp/server-kit";
import { reasonText } from "../reasons.ts";
import type { Target } from "../target.ts";

/** Why there is no preview of that slug any more; undefined where nobody knows. */
export async function wentBecause(api: Api, project_id: string, target: Target): Promise<string | undefined> {
  if (target.kind === "deployment" || !pathParameters.branch_slug.safeParse(target.preview).success) return undefined;
  const one = { project_id, branch_slug: target.preview, limit: 1 };
  const history = await api.call(previews.previewHistory, one).catch(() => undefined);
  const last = history?.items[0];
  return last?.action === "stop" ? (reasonText(last.reason) ?? undefined) : undefined;
}
