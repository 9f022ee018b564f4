import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { notFound } from "../../problem.ts";

interface PipelineAddress {
  readonly projectId: string;
  readonly pipelineId: string;
}

/** True for artifacts that are still to be had, whether or not what has expired is gone already. */
export const isKept = sql<boolean>`(artifacts.expires_at is null or artifacts.expires_at > now())`;

function artifactsOf(db: Queryable, { projectId, pipelineId }: PipelineAddress) {
  return db
    .selectFrom("artifacts")
    .innerJoin("pipelines", "pipelines.id", "artifacts.pipeline_id")
    .where("pipelines.project_id", "=", projectId)
    .where("pipelines.id", "=", pipelineId)
    .where(isKept);
}

/** A page of what a pipeline's steps left, the oldest first. @throws Problem 404 */
export async function listArtifacts(
  db: Queryable,
  address: PipelineAddress,
  { limit, offset }: { readonly limit: number; readonly offset: number },
) {
  await requirePipeline(db, address);
  return await artifactsOf(db, address)
    .leftJoin("pipeline_steps as step", "step.id", "artifacts.step_id")
    .orderBy("artifacts.created_at")
    .orderBy("artifacts.id")
    .limit(limit)
    .offset(offset)
    .select(["artifacts.id", "artifacts.name", "artifacts.path", "content_type", "size_bytes", "expires_at"])
    .select(["artifacts.created_at", "step.name as step_name"])
    .execute();
}

/** An artifact with where its bytes are. @throws Problem 404 */
export async function findArtifact(db: Queryable, address: PipelineAddress, id: string) {
  const found = await artifactsOf(db, address)
    .where("artifacts.id", "=", id)
    .select(["artifacts.id", "artifacts.name", "artifacts.path", "kind", "store_key", "content_type", "size_bytes"])
    .executeTakeFirst();
  if (found !== undefined) return found;
  await requirePipeline(db, address);
  throw notFound("artifact");
}

async function requirePipeline(db: Queryable, { projectId, pipelineId }: PipelineAddress): Promise<void> {
  const pipeline = await db
    .selectFrom("pipelines")
    .where("id", "=", pipelineId)
    .where("project_id", "=", projectId)
    .select("id")
    .executeTakeFirst();
  if (pipeline === undefined) throw notFound("pipeline");
}
