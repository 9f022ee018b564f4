import { sql } from "kysely";
import type { Claim, Claims } from "../../db/claims.ts";
import type { Queryable } from "../../db/queryable.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import type { WorkloadName } from "../../runtime/workload.ts";
import { type Known, knownOf } from "./known.ts";

/** What is to be looked after, as it is wanted now. */
export interface Work {
  readonly row: WorkloadRow;
  readonly known: Known;
  readonly name: WorkloadName;
  readonly projectName: string;
  /** Milliseconds of the database's clock, now. */
  now(): number;
}

/** Reads what a claimed workload needs; undefined when the claim is not held any more. */
export async function readWork(db: Queryable, claims: Claims, claim: Claim): Promise<Work | undefined> {
  const row = await db
    .selectFrom(db.selectFrom("workloads").where(claims.held(claim)).selectAll().as("workload"))
    .innerJoin("projects as project", "project.id", "workload.project_id")
    .selectAll("workload")
    .select(["project.name as projectName", "project.dns_label"])
    .select(sql<number>`(extract(epoch from clock_timestamp()) * 1000)::float8`.as("now"))
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const readAt = performance.now();
  const { id, project_id, kind, label, projectName, dns_label, now } = row;
  return {
    row,
    known: knownOf(row),
    // A project gets its label before its first workload is made.
    name: { workloadId: id, projectId: project_id, kind, label, projectLabel: dns_label ?? project_id },
    projectName,
    now: () => now + performance.now() - readAt,
  };
}

/** The same, with what was recorded of it since. */
export function withRow(work: Work, row: WorkloadRow): Work {
  return { ...work, row, known: knownOf(row) };
}
