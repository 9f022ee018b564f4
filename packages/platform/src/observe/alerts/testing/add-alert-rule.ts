import type { Insertable } from "kysely";
import type { Queryable } from "../../../db/queryable.ts";
import type { AlertRulesTable } from "../../../db/schema.ts";

/** A rule that nobody evaluates unless something else is said; gives its id. */
export async function addAlertRule(
  db: Queryable,
  project_id: string | null,
  more: Partial<Insertable<AlertRulesTable>> = {},
): Promise<string> {
  const rule: Insertable<AlertRulesTable> = {
    ...{ name: "slow", query: "metric:duration", condition: "gt", threshold: 5, for_seconds: 60 },
    ...{ severity: "warning", notify_channels: ["webhook"], enabled: false, project_id },
  };
  const added = db.insertInto("alert_rules").values({ ...rule, ...more });
  return (await added.returning("id").executeTakeFirstOrThrow()).id;
}
