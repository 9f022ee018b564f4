import { projects } from "@platform-mcp/client/contract";
import * as z from "zod";

const retentionDays = (most: number) => z.int().min(1).max(most);
/** As many as the variables of the environment take. */
const count = z.int().min(1).max(9999);

/** Every setting of the platform, with what it may be. */
export const settingsSchema = z.object({
  agent_image: projects.containerImage,
  agent_image_prefixes: z.array(projects.containerImage).max(50),
  session_deadline_minutes: z.int().min(1).max(1440),
  preview_ttl_hours: count,
  max_previews: count,
  logs_retention_days: retentionDays(365),
  traces_retention_days: retentionDays(365),
  metrics_retention_days: retentionDays(730),
});

/** The settings as they are at a moment. */
export type Settings = Readonly<z.output<typeof settingsSchema>>;
export type SettingKey = keyof Settings;
export const settingKeys: readonly SettingKey[] = settingsSchema.keyof().options;

/** Whether there is such a setting. */
export function isSettingKey(key: string): key is SettingKey {
  return Object.hasOwn(settingsSchema.shape, key);
}
