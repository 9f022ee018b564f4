import { mergeRequests } from "@platform-mcp/client/contract";
import { changeOf } from "../audit/change.ts";
import { listComments } from "../comments/queries.ts";
import type { Subject } from "../comments/subject.ts";
import { createComment, updateComment } from "../comments/write-comment.ts";
import type { Queryable } from "../db/queryable.ts";
import { branchTips } from "../git/refs/branch-tips.ts";
import { recordRefUpdates } from "../git/refs/record-ref-updates.ts";
import type { Repositories } from "../git/repositories.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { Turns } from "../http/turns.ts";
import { conflict, notFound } from "../problem.ts";
import { Comparisons } from "./comparison/comparisons.ts";
import { createMergeRequest } from "./create-merge-request.ts";
import { mergeRequestDetails } from "./details.ts";
import { diffMergeRequest } from "./diff-merge-request.ts";
import { type MergingOptions, merge } from "./merging/merge.ts";
import { findMergeRequest, listMergeRequests, type NamedMergeRequest } from "./queries.ts";
import { createReview } from "./reviews/create-review.ts";
import { listReviews } from "./reviews/queries.ts";
import { reviewView } from "./reviews/view.ts";
import { updateMergeRequest } from "./update-merge-request.ts";

/** Merges at work at the same time, each with two of the platform's ten database connections. */
const mergesAtOnce = 3;

/**
 * Other writes at work at the same time that wait for a repository's lock, or look into it under that, which can take
 * seconds: each holds a connection, and the rest of the platform needs some as well.
 */
const writesAtOnce = 5;

export function mergeRequestRoutes(repositories: Repositories, merging: MergingOptions): readonly Route[] {
  const { compare } = new Comparisons();
  const turns = new Turns(writesAtOnce);
  return [
    implement(mergeRequests.listMergeRequests, ({ db, project, query }) => listMergeRequests(db, project.id, query)),

    implement(
      mergeRequests.createMergeRequest,
      async ({ body, ...request }) => {
        const repository = repositories.of(request.project.id);
        const { number } = await createMergeRequest({ ...request, repository }, body);
        const created = await requireMergeRequest(request.db, request.project.id, number);
        return await mergeRequestDetails({ ...request, repository, compare }, created);
      },
      { turns },
    ),

    implement(mergeRequests.getMergeRequest, async ({ params: { number }, ...request }) => {
      const found = await requireMergeRequest(request.db, request.project.id, number);
      return await mergeRequestDetails({ ...request, repository: repositories.of(request.project.id), compare }, found);
    }),

    implement(
      mergeRequests.updateMergeRequest,
      async ({ params: { number }, body, ...request }) => {
        const repository = repositories.of(request.project.id);
        await updateMergeRequest({ ...request, repository }, number, body);
        const updated = await requireMergeRequest(request.db, request.project.id, number);
        return await mergeRequestDetails({ ...request, repository, compare }, updated);
      },
      { turns },
    ),

    implement(
      mergeRequests.mergeMergeRequest,
      async ({ params: { number }, body, origin, ...request }) => {
        const { db, project, caller, audit } = request;
        const repository = repositories.of(project.id);
        const before = await requireMergeRequest(db, project.id, number);
        const wish = { repository, projectId: project.id, number, caller, origin, body, look: compare };
        // Before this line nothing of the request's own transaction is locked: merging uses others, and commits them.
        const pushId = await merge(merging, wish);
        await recordRefUpdates(db, repository, project.id, pushId);
        const after = await requireMergeRequest(db, project.id, number);
        if (after.status !== "merged") throw conflict("the target branch has been moved back since: look at it again");
        audit.record({ resource: "merge_request", id: after.id, ...changeOf(before, after) });
        return await mergeRequestDetails({ ...request, repository, compare }, after);
      },
      { turns: new Turns(mergesAtOnce) },
    ),

    implement(mergeRequests.getMergeRequestDiff, async ({ db, project, params: { number }, query, signal }) => {
      const found = await requireMergeRequest(db, project.id, number);
      return await diffMergeRequest(repositories.of(project.id), found, query, signal);
    }),

    implement(mergeRequests.listReviews, async ({ db, project, params: { number }, query, signal }) => {
      const found = await requireMergeRequest(db, project.id, number);
      const isOpen = found.status === "open";
      const [tip] = isOpen ? await branchTips(repositories.of(project.id), [found.source_branch], signal) : [];
      const reviews = await listReviews(db, found.id, query);
      return reviews.map((review) => reviewView(review, found, tip ?? found.head_sha));
    }),

    implement(
      mergeRequests.createReview,
      async ({ params: { number }, body, ...request }) => {
        const repository = repositories.of(request.project.id);
        const review = await createReview({ ...request, repository }, number, body);
        return reviewView(review, review, review.commit_sha);
      },
      { turns },
    ),

    implement(mergeRequests.listMergeRequestComments, async ({ db, project, params: { number }, query }) =>
      listComments(db, await subjectOf(db, project.id, number), query),
    ),

    implement(mergeRequests.createMergeRequestComment, async ({ params: { number }, body, ...request }) => {
      const subject = await subjectOf(request.db, request.project.id, number);
      return await createComment(request, subject, body.body);
    }),

    implement(mergeRequests.updateMergeRequestComment, async ({ params: { number, comment_id }, body, ...request }) => {
      const subject = await subjectOf(request.db, request.project.id, number);
      return await updateComment(request, subject, { id: comment_id, body: body.body });
    }),
  ];
}

async function requireMergeRequest(db: Queryable, projectId: string, number: number): Promise<NamedMergeRequest> {
  const found = await findMergeRequest(db, projectId, number);
  if (found === undefined) throw notFound("merge request");
  return found;
}

async function subjectOf(db: Queryable, projectId: string, number: number): Promise<Subject> {
  const { id } = await requireMergeRequest(db, projectId, number);
  return { kind: "merge request", id, project_id: projectId };
}
