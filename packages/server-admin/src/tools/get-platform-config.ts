import { config } from "@platform-mcp/client";
import { definePlatformTool, list } from "@platform-mcp/server-kit";
import * as z from "zod";
import { settingOutput, settingRow } from "../setting.ts";

export const getPlatformConfig = definePlatformTool({
  name: "get_platform_config",
  title: "Get platform config",
  description:
    "List the platform's settings (agents' image, deadlines, previews, retention, limits) and what each may be.",
  risk: "read",
  input: {},
  output: { settings: z.array(z.object(settingOutput)) },
  uses: [config.getPlatformConfig],
  async run({ api }) {
    const settings = await api.call(config.getPlatformConfig, {});
    return list({
      of: "settings",
      items: settings.map(settingRow),
      next: () => "PLATFORM_MCP_RESULT_TOKENS is too low for all of them",
      empty: "This platform has no settings.",
    });
  },
});
