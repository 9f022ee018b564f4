import type { PlatformConfig } from "../config.ts";
import type { Settings } from "./schema.ts";

/** What counts where nobody has set anything: what the environment says, else the platform itself. */
export function defaultSettings(
  config: Pick<PlatformConfig, "agentImage" | "previewTtlHours" | "maxPreviews">,
): Settings {
  return {
    agent_image: config.agentImage,
    agent_image_prefixes: [],
    session_deadline_minutes: 120,
    preview_ttl_hours: config.previewTtlHours,
    max_previews: config.maxPreviews,
    logs_retention_days: 7,
    traces_retention_days: 7,
    metrics_retention_days: 30,
  };
}
