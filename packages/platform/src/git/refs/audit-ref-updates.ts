import type { Actor, AuditEntry } from "../../audit/entry.ts";
import { recordAudit } from "../../audit/record-audit.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { RefChange } from "./ref-change.ts";

/** Whose push it was. */
export interface PushOrigin {
  readonly id: string;
  readonly pusherId: string | null;
  readonly tokenId: string | null;
  readonly ip: string | null;
  readonly requestId: string | null;
}

interface AuditedUpdate extends RefChange {
  readonly announced?: { readonly push: PushOrigin };
}

/** At most so many refs of one push are listed in the audit log; how many there were is. */
const maxListed = 100;

/** Adds one line to the audit log for each push that these changes are of, and one for those that no push announced. */
export async function auditRefUpdates(
  db: Queryable,
  projectId: string,
  updates: readonly AuditedUpdate[],
): Promise<void> {
  for (const [pushId, changes] of Map.groupBy(updates, ({ announced }) => announced?.push.id)) {
    const push = changes[0]?.announced?.push;
    await recordAudit(db, {
      actor:
        pushId === undefined ? { id: null, name: null, type: "system" } : await actorOf(db, push?.pusherId ?? null),
      tokenId: push?.tokenId ?? null,
      ip: push?.ip ?? null,
      requestId: push?.requestId ?? null,
      ...refsEntry(pushId === undefined ? "ref changes found" : "git push", projectId, changes),
      outcome: "done",
    });
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

async function actorOf(db: Queryable, userId: string | null): Promise<Actor> {
  const user =
    userId === null
      ? undefined
      : await db.selectFrom("users").where("id", "=", userId).select(["id", "name", "user_type"]).executeTakeFirst();
  return user === undefined
    ? { id: null, name: null, type: "unknown" }
    : { id: user.id, name: user.name, type: user.user_type };
}
