import { effectivePermissions } from "../../access/effective-permissions.ts";
import { loadGrants } from "../../access/grants.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { UserRow } from "../../db/schema.ts";
import type { ActiveProject } from "../../projects/queries.ts";
import type { MergeRequestRow } from "../queries.ts";
import { areOfOneInterest } from "./principals.ts";

/** What the reviews of a commit say together. */
export interface ReviewOutcome {
  readonly approvals: number;
  /** Names of those who want changes. */
  readonly changesRequestedBy: readonly string[];
  /** Whether a human is among those who approve. */
  readonly approvedByHuman: boolean;
}

export const noReviews: ReviewOutcome = { approvals: 0, changesRequestedBy: [], approvedByHuman: false };

/**
 * What the reviews of a commit, to be merged where the merge request now says, come to: the last verdict of each
 * reviewer who counts. That is who wrote it with a credential that may write to the project and still may, and is
 * neither the author nor an agent that acts for whom the author is or acts.
 */
export async function reviewOutcome(
  db: Queryable,
  project: ActiveProject,
  mergeRequest: Pick<MergeRequestRow, "id" | "author_id" | "target_branch">,
  headSha: string,
): Promise<ReviewOutcome> {
  const verdicts = await db
    .selectFrom("mr_reviews")
    .innerJoin("users", "users.id", "mr_reviews.reviewer_id")
    .where("mr_id", "=", mergeRequest.id)
    .where("commit_sha", "=", headSha)
    .where("target_branch", "=", mergeRequest.target_branch)
    .where("verdict", "<>", "comment")
    .where("by_writer", "=", true)
    .distinctOn("reviewer_id")
    .orderBy("reviewer_id")
    .orderBy("mr_reviews.created_at", "desc")
    .selectAll("users")
    .select("verdict")
    .execute();
  const counted: typeof verdicts = [];
  for (const one of verdicts) if (await counts(db, project, mergeRequest.author_id, one)) counted.push(one);
  const approving = counted.filter(({ verdict }) => verdict === "approve");
  return {
    approvals: approving.length,
    changesRequestedBy: counted.filter(({ verdict }) => verdict === "request_changes").map(({ name }) => name),
    approvedByHuman: approving.some(({ user_type }) => user_type === "human"),
  };
}

async function counts(db: Queryable, project: ActiveProject, authorId: string, reviewer: UserRow): Promise<boolean> {
  if (reviewer.id === authorId) return false;
  if (reviewer.user_type === "agent" && (await areOfOneInterest(db, reviewer.id, authorId))) return false;
  const token = { id: "", kind: "login_session", name: "", scopes: [], project_id: null, expires_at: null } as const;
  const grants = await loadGrants(db, reviewer.id, project.id);
  return effectivePermissions({ user: reviewer, token }, grants, project).has("project:write");
}
