import { sql } from "kysely";

/** What a deployment that somebody asks for themselves comes from: pipelines made before that change nothing any more. */
export function byHand(imageRef: string) {
  const commit = /^git:(?<sha>[0-9a-f]{40})$/.exec(imageRef)?.groups?.sha;
  return { commit_sha: commit ?? null, pipeline_id: null, pipeline_created_at: sql<string>`now()` };
}
