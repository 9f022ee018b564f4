import { permissions } from "@platform-mcp/client/contract";
import { denied, lastingPermissionsOn } from "../access/authorise.ts";
import type { Caller } from "../access/caller.ts";
import type { Queryable } from "../db/queryable.ts";
import type { SettingKey } from "./schema.ts";

/** What decides which programs are handed what agents are lent. */
const imageSettings: readonly SettingKey[] = ["agent_image", "agent_image_prefixes"];

/**
 * Refuses to let somebody choose what others' agents run in who may not do all that these can be lent: their image
 * could do it for them. Agents never may: what they set would outlive them. @throws Problem 403
 */
export async function requireSayOverImages(db: Queryable, caller: Caller, keys: readonly string[]): Promise<void> {
  const named = imageSettings.filter((key) => keys.includes(key));
  if (named.length === 0) return;
  const held = await lastingPermissionsOn(db, caller, null);
  const missing = permissions.find((permission) => !held.has(permission));
  if (missing === undefined) return;
  const why = "agents run in it with whatever is lent to them, and who chooses that must hold all of it themselves";
  throw denied(missing, `to set ${named.join(", ")} takes every permission, other than on loan: ${why}`);
}
