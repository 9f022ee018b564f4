import { config } from "@platform-mcp/client";
import { ArgumentError, definePlatformTool, list } from "@platform-mcp/server-kit";
import * as z from "zod";
import { brief } from "../brief.ts";
import { settingOutput, settingRow, valueText } from "../setting.ts";

export const updatePlatformConfig = definePlatformTool({
  name: "update_platform_config",
  title: "Update platform config",
  description: "Set settings of the platform, for every project: all of the given ones, or none when one cannot be.",
  risk: "destructive",
  idempotent: true,
  input: { values: z.record(z.string(), z.json()).describe("By key; null sets back to the default") },
  output: { settings: z.array(z.object(settingOutput)) },
  uses: [config.getPlatformConfig, config.updatePlatformConfig],
  async confirmation({ api }, { values }) {
    const settings = await api.call(config.getPlatformConfig, {});
    const given = Object.entries(values);
    // All of them fit, so that none is hidden behind another.
    const shown = (value: unknown) => brief(valueText(value), Math.max(40, Math.floor(600 / given.length)));
    const changes = given.map(([key, value]) => {
      const now = settings.find((setting) => setting.key === key);
      const parts = differenceOf(now?.value, value).map(
        ([word, items]) => `${word} ${shown(items.map(valueText).join(", "))}`,
      );
      if (parts.length > 0) return `${brief(key, 60)}, ${parts.join(" and ")}`;
      const from = now === undefined ? "" : ` from ${shown(now.value)}`;
      const to = value === null ? `its default, ${shown(now?.default ?? null)}` : shown(value);
      return `${brief(key, 60)}${from} to ${to}`;
    });
    return `Set for the whole platform ${changes.join(", and ")}?`;
  },
  async run({ api }, { values }) {
    const keys = Object.keys(values);
    if (keys.length === 0) throw new ArgumentError("values holds no setting; get_platform_config lists them");
    const settings = await api.call(config.updatePlatformConfig, { body: { values } });
    return list({
      of: "settings",
      items: settings.filter(({ key }) => keys.includes(key)).map(settingRow),
      next: () => "get_platform_config lists them",
      empty: "get_platform_config lists them.",
    });
  },
});

/** What comes to a list and what goes; nothing where it is no list or is empty, which means something of its own. */
function differenceOf(now: unknown, next: unknown): readonly (readonly [word: string, items: readonly unknown[]])[] {
  if (!Array.isArray(now) || !Array.isArray(next) || now.length === 0 || next.length === 0) return [];
  const added = next.filter((item) => !now.includes(item));
  const removed = now.filter((item) => !next.includes(item));
  return [["with", added] as const, ["without", removed] as const].filter(([, items]) => items.length > 0);
}
