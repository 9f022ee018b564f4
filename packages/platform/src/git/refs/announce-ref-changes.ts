import type { Caller } from "../../access/caller.ts";
import { inChunks } from "../../db/in-chunks.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { Repository } from "../repository.ts";
import { recordRefUpdates } from "./record-ref-updates.ts";
import type { RefChange } from "./ref-change.ts";

/** Somebody's attempt to change refs of a project. */
export interface RefAttempt {
  /** Names the attempt; all that it changes is recorded under it. */
  readonly pushId: string;
  readonly projectId: string;
  readonly caller: Caller;
  /** What the audit log calls it; a `git push` by default. */
  readonly action?: string;
  /** Where the request came from, if that is known. */
  readonly ip: string | null;
  readonly requestId: string;
  readonly changes: readonly RefChange[];
}

/**
 * Notes down what is about to change, and by whom, before git may do it: whatever dies afterwards, what git did is found
 * in the refs and can be told whose it is. Must be in a transaction that is committed before the refs change.
 */
export async function announceRefChanges(db: Queryable, repository: Repository, attempt: RefAttempt): Promise<void> {
  // What was there before the first push is nobody's change; it must be known before there is one.
  await recordRefUpdates(db, repository, attempt.projectId);
  const { user, token } = attempt.caller;
  const rows = attempt.changes.map(({ ref, oldSha, newSha }) => ({
    push_id: attempt.pushId,
    project_id: attempt.projectId,
    ref,
    old_sha: oldSha,
    new_sha: newSha,
    pusher_id: user.id,
    token_id: token.kind === "api_token" ? token.id : null,
    ip: attempt.ip,
    request_id: attempt.requestId,
    ...(attempt.action !== undefined && { action: attempt.action }),
  }));
  for (const chunk of inChunks(rows)) await db.insertInto("announced_ref_updates").values(chunk).execute();
}
