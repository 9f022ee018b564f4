import type { Selectable } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import type { PipelinesTable, ProjectRow } from "../../db/schema.ts";
import type { Repository } from "../../git/repository.ts";
import { createPipeline } from "../create-pipeline.ts";
import { DefinitionError } from "../definition/definition-error.ts";
import { readDefinition } from "../definition/read-definition.ts";
import { type MergeRequestAction, startsOnMergeRequest } from "./starts-pipeline.ts";

export interface MergeRequestEvent {
  readonly repository: Repository;
  readonly project: Pick<ProjectRow, "id">;
  /** The source branch. */
  readonly branch: string;
  /** Its head; full SHA. */
  readonly commitSha: string;
  readonly action: MergeRequestAction;
  readonly triggeredBy: string | null;
}

/**
 * Starts the pipeline of a merge request, of its source branch as it is; undefined when its definition asks for none. One
 * that cannot be used asks for none: the push that brought it has a pipeline that says so. Must be in a transaction.
 */
export async function triggerForMergeRequest(
  db: Queryable,
  { repository, project, branch, commitSha, action, triggeredBy }: MergeRequestEvent,
): Promise<Selectable<PipelinesTable> | undefined> {
  const definition = await readDefinition(repository, commitSha).catch((error: unknown) => {
    if (error instanceof DefinitionError) return undefined;
    throw error;
  });
  if (definition === undefined || !startsOnMergeRequest(definition, action)) return undefined;
  const gitRef = `refs/heads/${branch}`;
  return await createPipeline(db, { project, trigger: "mr", gitRef, branch, commitSha, triggeredBy, definition });
}
