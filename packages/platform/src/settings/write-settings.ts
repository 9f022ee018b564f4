import { sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import { Problem } from "../problem.ts";
import { isSettingKey, settingKeys, settingsSchema } from "./schema.ts";

/**
 * Sets settings, each to a value that may be or with null back to its default; all or none. In a transaction; until it
 * ends, others who set something wait.
 * @throws Problem 400 naming every key that is unknown and every value that may not be
 */
export async function writeSettings(
  db: Queryable,
  values: Readonly<Record<string, unknown>>,
  userId: string,
): Promise<void> {
  for (const [key, value] of Object.entries(checked(values))) {
    if (value === null) await db.deleteFrom("platform_settings").where("key", "=", key).execute();
    else {
      const row = { value: JSON.stringify(value), updated_by: userId };
      await db
        .insertInto("platform_settings")
        .values({ key, ...row })
        .onConflict((conflict) =>
          conflict.column("key").doUpdateSet({ ...row, updated_at: sql<string>`clock_timestamp()` }),
        )
        .execute();
    }
  }
}

/** Lets nobody else set anything until the transaction ends: what is recorded as it was must not change meanwhile. */
export async function lockSettings(db: Queryable): Promise<void> {
  await sql`lock table platform_settings in share row exclusive mode`.execute(db);
}

function checked(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const entries = Object.entries(values);
  const fields =
    entries.length === 0
      ? [{ path: "values", message: "must name a setting" }]
      : entries.flatMap(([key, value]) => problemsOf(key, value));
  const [first] = fields;
  if (first !== undefined) throw new Problem(400, `${first.path}: ${first.message}`, { fields });
  return values;
}

function problemsOf(key: string, value: unknown): readonly { readonly path: string; readonly message: string }[] {
  const path = `values.${key}`;
  if (!isSettingKey(key)) return [{ path, message: `is no setting; there are: ${settingKeys.join(", ")}` }];
  if (value === null) return [];
  const issues = settingsSchema.shape[key].safeParse(value).error?.issues ?? [];
  return issues.map((issue) => ({ path: [path, ...issue.path].join("."), message: issue.message }));
}
