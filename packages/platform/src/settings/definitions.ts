import type { config } from "@platform-mcp/client/contract";
import type { SettingKey } from "./schema.ts";

/** What is said of a setting to whoever may change it. */
interface Definition extends Pick<config.PlatformSetting, "type" | "description"> {
  readonly unit?: string;
}

const deletes = "less than before deletes what is older";

/** What is said of each setting; what it may be is in `schema.ts`. */
export const settingDefinitions: Readonly<Record<SettingKey, Definition>> = {
  agent_image: {
    type: "string",
    description: "What agents run in unless their project or session names something else",
  },
  agent_image_prefixes: {
    type: "string_list",
    description:
      "How the images begin that projects and sessions may name for agents, as a whole up to a '/', a tag or a digest; empty for any",
  },
  session_deadline_minutes: {
    type: "integer",
    unit: "minutes",
    description: "How long a session may run unless its request says otherwise",
  },
  preview_ttl_hours: {
    type: "integer",
    unit: "hours",
    description: "How long a preview is kept after the last push of its branch",
  },
  max_previews: { type: "integer", description: "How many previews a project may have" },
  logs_retention_days: { type: "integer", unit: "days", description: `How long logs are kept; ${deletes}` },
  traces_retention_days: { type: "integer", unit: "days", description: `How long traces are kept; ${deletes}` },
  metrics_retention_days: {
    type: "integer",
    unit: "days",
    description: `How long the points of metrics are kept; ${deletes}`,
  },
};
