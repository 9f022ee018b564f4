import type { pipelines, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { type ExpressionBuilder, sql } from "kysely";
import type { Queryable } from "../db/queryable.ts";
import type { Database } from "../db/schema.ts";

type Step = ResponseOf<typeof pipelines.getPipeline>["steps"][number];

/** Pipelines as the API shows them. */
function pipelinesOf(db: Queryable, projectId: string) {
  return db
    .selectFrom("pipelines")
    .leftJoin("users as starter", "starter.id", "pipelines.triggered_by")
    .where("pipelines.project_id", "=", projectId);
}

const shown = [
  "pipelines.id",
  "project_id",
  "trigger",
  "git_ref",
  "commit_sha",
  "status",
  "triggered_by",
  "starter.name as triggered_by_name",
  "started_at",
  "finished_at",
  "pipelines.created_at",
  "reason",
  "message",
  "run",
] as const;

/** A page of a project's pipelines, the newest first, and how many there are in all. */
export async function listPipelines(db: Queryable, projectId: string, filter: QueryOf<typeof pipelines.listPipelines>) {
  let query = pipelinesOf(db, projectId);
  const { status, trigger, git_ref, commit_sha } = filter;
  if (status !== undefined) query = query.where("status", "=", status);
  if (trigger !== undefined) query = query.where("trigger", "=", trigger);
  if (commit_sha !== undefined) query = query.where("commit_sha", "=", commit_sha.toLowerCase());
  if (git_ref !== undefined) query = query.where((eb) => ofRef(eb, git_ref));
  const items = await query
    .select(shown)
    .orderBy("pipelines.created_at", "desc")
    .orderBy("pipelines.id")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}

/** Whether a pipeline is of a ref, by its full name or its short one, whichever way whoever started it named it. */
function ofRef(eb: ExpressionBuilder<Database, "pipelines">, ref: string) {
  const branch = ref.replace(/^refs\/heads\//, "");
  if (branch !== ref) return eb("branch", "=", branch);
  const tag = ref.replace(/^refs\/tags\//, "");
  const isTag = eb.and([eb("branch", "is", null), eb("git_ref", "in", [tag, `refs/tags/${tag}`])]);
  return tag === ref ? eb.or([eb("branch", "=", ref), isTag]) : isTag;
}

/** A pipeline of a project as the API shows it. */
export async function findPipeline(db: Queryable, projectId: string, id: string) {
  return await pipelinesOf(db, projectId).where("pipelines.id", "=", id).select(shown).executeTakeFirst();
}

/** The steps of a pipeline as the API shows them, in the order of its definition. */
export async function listSteps(db: Queryable, pipelineId: string): Promise<Step[]> {
  return await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .orderBy("step_order")
    .select(["id", "step_order", "name", "image", "status", "exit_code", "log_ref", "created_at", "started_at"])
    .select(["finished_at", "reason", "message", "depends_on", "attempt"])
    .select(sql<number | null>`round(extract(epoch from finished_at - started_at) * 1000)::bigint`.as("duration_ms"))
    .execute();
}
