import { randomBytes } from "node:crypto";
import type { Queryable } from "../../db/queryable.ts";

/** Adds a trace of which nothing but a summary is there; gives its id. */
export async function addTrace(db: Queryable, projectId: string | null): Promise<string> {
  const trace_id = randomBytes(16).toString("hex");
  const time = new Date().toISOString();
  await db
    .insertInto("telemetry_traces")
    .values({
      ...{ trace_id, project_id: projectId, session_id: null, root_span: "GET /", has_root: true, service: "web" },
      ...{ status: "ok", started_at: time, finished_at: time, span_count: 0, error_count: 0 },
    })
    .execute();
  return trace_id;
}
