import type { Actor, AuditEntry } from "../../audit/entry.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { RefChange } from "./ref-change.ts";
import type { RefUpdate } from "./ref-update.ts";

/** Whose push or merge it was. */
export interface PushOrigin {
  readonly id: string;
  /** What the audit log calls it, such as `git push`. */
  readonly action: string;
  readonly pusherId: string | null;
  readonly tokenId: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

/** At most so many refs of one push are listed in the audit log; how many there were is. */
const maxListed = 100;

/** Adds one line to the audit log for each push or merge that these changes are of, and one for those of none. */
export async function auditRefUpdates(db: Queryable, projectId: string, updates: readonly RefUpdate[]): Promise<void> {
  for (const changes of Map.groupBy(updates, ({ announced }) => announced?.push.id).values()) {
    const origin = await auditOriginOf(db, changes[0]?.announced?.push);
    await recordAudit(db, { ...origin, ...refsEntry(origin.action, projectId, changes), outcome: "done" });
  }
}

/** What an audit entry says of changes of refs, whether or not they were made. */
export function refsEntry(
  action: string,
  projectId: string,
  changes: readonly RefChange[],
): Pick<AuditEntry, "action" | "resource" | "resourceId" | "projectId" | "after"> {
  const listed = changes.slice(0, maxListed);
  const refs = listed.map(({ ref, oldSha, newSha }) => ({ ref, old_sha: oldSha, new_sha: newSha }));
  const after = { refs, total: changes.length };
  return { action, resource: "repository", resourceId: projectId, projectId, after };
}

/** How the audit log names whose change it was; without a push, one that was found. */
export async function auditOriginOf(
  db: Queryable,
  push: PushOrigin | undefined,
): Promise<Pick<AuditEntry, "actor" | "action" | "tokenId" | "ip" | "requestId">> {
  if (push === undefined) {
    const actor = { id: null, name: null, type: "system" } as const;
    return { actor, action: "ref changes found", tokenId: null, ip: null, requestId: null };
  }
  const { action, pusherId, tokenId, ip, requestId } = push;
  return { actor: await actorOf(db, pusherId), action, tokenId, ip, requestId };
}

async function actorOf(db: Queryable, userId: string | null): Promise<Actor> {
  const user =
    userId === null
      ? undefined
      : await db.selectFrom("users").where("id", "=", userId).select(["id", "name", "user_type"]).executeTakeFirst();
  return user === undefined
    ? { id: null, name: null, type: "unknown" }
    : { id: user.id, name: user.name, type: user.user_type };
}
