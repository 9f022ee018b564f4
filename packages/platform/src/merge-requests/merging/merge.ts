import type { Logger } from "pino";
import type { Queryable } from "../../db/queryable.ts";
import { GitError } from "../../git/git-error.ts";
import { recordRefUpdates } from "../../git/refs/record-ref-updates.ts";
import { removeStaleLocks } from "../../git/refs/remove-stale-locks.ts";
import { updateRefs } from "../../git/refs/update-refs.ts";
import { Problem } from "../../problem.ts";
import { type MergeWish, type Proposal, propose } from "./propose.ts";

export interface MergingOptions {
  /** The database, not a transaction: what is decided must be committed before branches move. */
  readonly db: Queryable;
  readonly logger: Pick<Logger, "error">;
  /** Milliseconds after which the lock file of a process that cannot be seen counts as left behind. */
  readonly minimumLockAge: number;
}

/** How often a merge is tried while others move the branches. */
const maxAttempts = 10;

/**
 * Merges in git: announces the merge, then moves the branches if they still are what was decided on, else decides anew.
 * The database learns of it as of a push, by `recordRefUpdates`: from its caller, or should that die, from upkeep.
 *
 * @returns the id under which the merge was announced; undefined when an earlier attempt turns out to have landed
 * @throws Problem 409 saying what stands in the way, 503 when the branches do not stop moving
 */
export async function merge(options: MergingOptions, wish: MergeWish): Promise<string | undefined> {
  const { db, logger, minimumLockAge } = options;
  const made = new Set<string>();
  let ended: string | undefined;
  let failure: unknown;
  for (let attempt = 0; attempt < maxAttempts; attempt++) {
    const proposal = await decide(db, wish, { made, ended });
    if (proposal === "landed") return undefined;
    ended = undefined;
    if (proposal === "moved") continue;
    made.add(proposal.newSha);
    try {
      await updateRefs(wish.repository, proposal.commands);
      return proposal.pushId;
    } catch (error) {
      failure = error;
      // Git that said no has changed nothing. Of one that was killed nobody knows: what it announced stays.
      if (error instanceof GitError && error.code !== null) ended = proposal.pushId;
      await removeStaleLocks(wish.repository, minimumLockAge);
    }
  }
  await db.transaction().execute((tx) => recordRefUpdates(tx, wish.repository, wish.projectId, ended));
  logger.error({ err: failure, request_id: wish.origin.requestId }, "a merge could not move its branches");
  throw new Problem(503, "the branches are being changed by others: try again", { headers: { "retry-after": "2" } });
}

/** One transaction: what has landed by now is recorded and stays so, also when the answer is no. */
async function decide(
  db: Queryable,
  wish: MergeWish,
  { made, ended }: { readonly made: ReadonlySet<string>; readonly ended: string | undefined },
): Promise<Proposal | "landed" | "moved"> {
  const decision = await db.transaction().execute(async (tx) => {
    await recordRefUpdates(tx, wish.repository, wish.projectId, ended);
    if (ended !== undefined) await tx.deleteFrom("merge_attempts").where("push_id", "=", ended).execute();
    return await propose(tx, wish, made).catch((error: unknown) => {
      if (error instanceof Problem) return error;
      throw error;
    });
  });
  if (decision instanceof Problem) throw decision;
  return decision;
}
