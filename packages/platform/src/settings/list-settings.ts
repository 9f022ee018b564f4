import type { config } from "@platform-mcp/client/contract";
import * as z from "zod";
import type { Queryable } from "../db/queryable.ts";
import { settingDefinitions } from "./definitions.ts";
import { maySet } from "./read-settings.ts";
import { type SettingKey, type Settings, settingKeys, settingsSchema } from "./schema.ts";

/** Every setting with its value, where that comes from, and what may be set. */
export async function listSettings(db: Queryable, defaults: Settings): Promise<config.PlatformSetting[]> {
  const rows = await db.selectFrom("platform_settings").selectAll().execute();
  const set = new Map(rows.filter(({ key, value }) => maySet(key, value)).map((row) => [row.key, row]));
  return settingKeys.map((key) => {
    const row = set.get(key);
    return {
      key,
      value: row === undefined ? defaults[key] : row.value,
      default: defaults[key],
      source: row === undefined ? "default" : "set",
      ...settingDefinitions[key],
      ...boundsOf(key),
      updated_at: row?.updated_at ?? null,
      updated_by: row?.updated_by ?? null,
    };
  });
}

function boundsOf(key: SettingKey): { readonly minimum?: number | null; readonly maximum?: number | null } {
  const schema = settingsSchema.shape[key];
  return schema instanceof z.ZodNumber ? { minimum: schema.minValue, maximum: schema.maxValue } : {};
}
