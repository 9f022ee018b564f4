import type { Queryable } from "../db/queryable.ts";
import { isSettingKey, type Settings, settingsSchema } from "./schema.ts";

/**
 * The settings as they are now: what somebody has set, else the default. A value that is stored but may not be any more
 * counts as not set. Nothing is kept between two calls: a change counts from its commit on, with every replica.
 */
export async function readSettings(db: Queryable, defaults: Settings): Promise<Settings> {
  const rows = await db.selectFrom("platform_settings").select(["key", "value"]).execute();
  const set = rows.filter(({ key, value }) => maySet(key, value)).map(({ key, value }) => [key, value]);
  return settingsSchema.parse({ ...defaults, ...Object.fromEntries(set) });
}

/** Whether there is such a setting, and this is a value for it. */
export function maySet(key: string, value: unknown): boolean {
  return isSettingKey(key) && settingsSchema.shape[key].safeParse(value).success;
}
