import { sql } from "kysely";
import type { Queryable } from "../../db/queryable.ts";
import { slugOf } from "./slug.ts";
import { suffixed } from "./suffixed.ts";

/** So that a namespace's name has room for a label beside it. */
const longest = 40;

/**
 * A project's name in host names, of which there is no other on the platform: made of its name when it is first asked
 * for, and kept when the project is renamed. One that nothing of a deleted project runs under any more is free again.
 * Must be in a transaction.
 */
export async function projectLabel(db: Queryable, projectId: string): Promise<string> {
  const { name, dns_label } = await labelled(db, projectId);
  return dns_label ?? (await makeLabel(db, projectId, name));
}

async function makeLabel(db: Queryable, projectId: string, name: string): Promise<string> {
  // One at a time, so that no two projects take the same one.
  await sql`select pg_advisory_xact_lock(hashtext('platform.project-labels'))`.execute(db);
  const { dns_label } = await labelled(db, projectId);
  if (dns_label !== null) return dns_label;
  const slug = slugOf(name, { fallback: "project", length: longest });
  const candidates = [slug, ...[6, 12, 24].map((digits) => suffixed(slug, projectId, { digits, length: longest }))];
  await giveBack(db, candidates);
  const rows = await db.selectFrom("projects").where("dns_label", "in", candidates).select("dns_label").execute();
  const taken = new Set(rows.map((row) => row.dns_label));
  const label = candidates.find((candidate) => !taken.has(candidate));
  if (label === undefined) throw new Error(`every name for the project ${projectId} is taken`);
  await db.updateTable("projects").set({ dns_label: label }).where("id", "=", projectId).execute();
  return label;
}

async function labelled(db: Queryable, projectId: string) {
  return await db
    .selectFrom("projects")
    .where("id", "=", projectId)
    .select(["name", "dns_label"])
    .executeTakeFirstOrThrow();
}

async function giveBack(db: Queryable, labels: readonly string[]): Promise<void> {
  await db
    .updateTable("projects")
    .set({ dns_label: null })
    .where("dns_label", "in", labels)
    .where("is_active", "=", false)
    .where(sql<boolean>`not exists (select from workloads where project_id = projects.id)`)
    .execute();
}
