import { issues } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import { requireOnProject } from "../access/authorise.ts";
import { changeOf } from "../audit/change.ts";
import { listComments } from "../comments/queries.ts";
import type { Subject } from "../comments/subject.ts";
import { createComment, updateComment } from "../comments/write-comment.ts";
import type { Queryable } from "../db/queryable.ts";
import { given } from "../given.ts";
import { implement } from "../http/implement.ts";
import type { Route } from "../http/route.ts";
import { notFound } from "../problem.ts";
import { nextNumber } from "../projects/next-number.ts";
import { emitWebhook } from "../webhooks/emit-webhook.ts";
import { findAssignee } from "./find-assignee.ts";
import { tidyLabels } from "./labels.ts";
import { findIssue, listIssues, lockIssues } from "./queries.ts";

export const issueRoutes: readonly Route[] = [
  implement(issues.listIssues, async ({ db, project, query }) => listIssues(db, project.id, query)),

  implement(issues.createIssue, async ({ db, caller, project, body, audit }) => {
    const assignee = await findAssignee(db, project, body);
    const labels = tidyLabels(body.labels);
    const created = await db
      .insertInto("issues")
      .values({
        project_id: project.id,
        number: await nextNumber(db, project.id, "last_issue_number"),
        author_id: caller.user.id,
        title: body.title,
        body: body.body ?? null,
        labels,
        assignee_id: assignee?.id ?? null,
      })
      .returningAll()
      .executeTakeFirstOrThrow();
    audit.record({ resource: "issue", id: created.id, after: { ...created } });
    const { id, number, title } = created;
    await emitWebhook(db, project.id, "issue", { action: "created", issue: { id, number, title } });
    return {
      ...created,
      author_name: caller.user.name,
      assignee_name: assignee?.name ?? null,
      comment_count: 0,
    };
  }),

  implement(issues.getIssue, async ({ db, project, params: { number } }) => requireIssue(db, project.id, number)),

  implement(issues.updateIssue, async ({ db, caller, project, params: { number }, body, audit }) => {
    const [before] = await lockIssues(db, project.id, [number]);
    if (before === undefined) throw notFound("issue");
    if (before.author_id !== caller.user.id) await requireOnProject(db, caller, "project:write", project.id);
    const { assignee_id: _, assignee: __, labels, ...plain } = body;
    const assignee = await findAssignee(db, project, body);
    const changes = given({
      ...plain,
      labels: labels && tidyLabels(labels),
      assignee_id: assignee === undefined ? undefined : (assignee?.id ?? null),
      closed_at: closedAt(before.status, body.status),
    });
    const changed =
      Object.keys(changes).length === 0
        ? before
        : await db
            .updateTable("issues")
            .set(changes)
            .where("id", "=", before.id)
            .returningAll()
            .executeTakeFirstOrThrow();
    audit.record({ resource: "issue", id: before.id, ...changeOf(before, changed) });
    return await requireIssue(db, project.id, number);
  }),

  implement(issues.listIssueComments, async ({ db, project, params: { number }, query }) =>
    listComments(db, await subjectOf(db, project.id, number), query),
  ),

  implement(issues.createIssueComment, async ({ params: { number }, body, ...writing }) => {
    const subject = await subjectOf(writing.db, writing.project.id, number);
    return await createComment(writing, subject, body.body);
  }),

  implement(issues.updateIssueComment, async ({ params: { number, comment_id }, body, ...writing }) => {
    const subject = await subjectOf(writing.db, writing.project.id, number);
    return await updateComment(writing, subject, { id: comment_id, body: body.body });
  }),
];

/** When an issue was closed, once its status is what is wanted; undefined where that changes nothing. */
function closedAt(status: "open" | "closed", wanted: "open" | "closed" | undefined) {
  if (wanted === undefined || wanted === status) return undefined;
  return wanted === "closed" ? sql<string>`now()` : null;
}

async function requireIssue(db: Queryable, projectId: string, number: number) {
  const issue = await findIssue(db, projectId, number);
  if (issue === undefined) throw notFound("issue");
  return issue;
}

async function subjectOf(db: Queryable, projectId: string, number: number): Promise<Subject> {
  const { id } = await requireIssue(db, projectId, number);
  return { kind: "issue", id, project_id: projectId };
}
