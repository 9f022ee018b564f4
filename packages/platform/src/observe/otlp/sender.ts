import type { IncomingHttpHeaders } from "node:http";
import { sql } from "kysely";
import type { Caller } from "../../access/caller.ts";
import type { Queryable } from "../../db/queryable.ts";
import { authenticateRequest } from "../../http/authenticate.ts";
import type { MasterKey } from "../../secrets/master-key.ts";
import { type IngestSource, readIngestKey } from "../ingest-key.ts";
import type { Owner } from "../records.ts";

/** Who sends telemetry: a user with a token, or a program that the platform runs, whose telemetry is always the same's. */
export interface Sender {
  readonly caller: Caller | undefined;
  /** Whose all of it is, whatever it says; undefined for who may say so. */
  readonly owner: Owner | undefined;
  /** By what requests are counted. */
  readonly countedAs: string;
}

/** Who a request comes from; undefined when its credential is none, or no good any more. */
export async function findSender(
  { db, masterKey }: { readonly db: Queryable; readonly masterKey: MasterKey },
  request: { readonly method: string; readonly headers: IncomingHttpHeaders },
): Promise<Sender | undefined> {
  const [, key] = /^Bearer +(plat_otlp_\S+)$/i.exec(request.headers.authorization ?? "") ?? [];
  if (key !== undefined) {
    const source = readIngestKey(masterKey, key);
    if (source === undefined || !(await isThere(db, source))) return undefined;
    const { projectId, kind, sourceId } = source;
    const owner = { projectId, sessionId: kind === "session" ? sourceId : null };
    return { caller: undefined, owner, countedAs: `${kind} ${sourceId}` };
  }
  const caller = await authenticateRequest(db, request);
  if (caller === undefined) return undefined;
  return { caller, owner: await sessionOf(db, caller), countedAs: caller.user.id };
}

/** A claim outlives the status until nothing runs any more. */
const runs = sql`(status = 'running' or claimed_by is not null)`;

/** Where sources are, and when they send. */
const sources = {
  step: { table: "pipeline_steps", runs },
  session: { table: "agent_sessions", runs },
  workload: { table: "workloads", runs: sql`true` },
} as const;

/** Whether the step or session runs, or the workload is there, in a project that is. */
async function isThere(db: Queryable, { projectId, kind, sourceId }: IngestSource): Promise<boolean> {
  const { table, runs: sends } = sources[kind];
  const { rows } = await sql`
    select from ${sql.table(table)} as source join projects on projects.id = source.project_id and projects.is_active
    where source.id = ${sourceId} and projects.id = ${projectId} and ${sends}`.execute(db);
  return rows.length === 1;
}

/** An agent sends for its session, and needs no permission for that. */
async function sessionOf(db: Queryable, { user }: Caller): Promise<Owner | undefined> {
  if (user.user_type !== "agent") return undefined;
  const session = await db
    .selectFrom("agent_sessions")
    .where("agent_user_id", "=", user.id)
    .select(["id", "project_id"])
    .executeTakeFirst();
  return session && { projectId: session.project_id, sessionId: session.id };
}
