import type { Queryable } from "../../db/queryable.ts";
import { emitWebhook } from "../../webhooks/emit-webhook.ts";
import type { RefUpdate } from "./ref-update.ts";

/** Webhooks are told of at most so many changes that become known together, such as by the push of a mirror. */
const most = 100;

/** Has webhooks told of changes of branches and tags; what else there is, agents' work in between, is nobody's business. */
export async function tellRefUpdates(db: Queryable, projectId: string, updates: readonly RefUpdate[]): Promise<void> {
  const told = updates.filter(({ ref }) => /^refs\/(heads|tags)\//.test(ref)).slice(0, most);
  if (told.length === 0) return;
  const names = await namesOf(
    db,
    told.flatMap(({ announced }) => announced?.push.pusherId ?? []),
  );
  const payloads = told.map(({ ref, oldSha, newSha, announced }) => ({
    ...{ ref, before: oldSha, after: newSha },
    pusher: names.get(announced?.push.pusherId ?? "") ?? null,
  }));
  await emitWebhook(db, projectId, "push", ...payloads);
}

async function namesOf(db: Queryable, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  if (userIds.length === 0) return new Map();
  const users = await db.selectFrom("users").where("id", "in", userIds).select(["id", "name"]).execute();
  return new Map(users.map(({ id, name }) => [id, name]));
}
