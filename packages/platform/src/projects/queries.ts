import type { Caller } from "../access/caller.ts";
import { readableBy } from "../access/readable-projects.ts";
import { containing } from "../db/like.ts";
import type { Queryable } from "../db/queryable.ts";
import type { ProjectRow } from "../db/schema.ts";

/** A project that has not been deleted, with the name of its owner, which is a part of its address. */
export interface ActiveProject extends ProjectRow {
  readonly owner_name: string;
}

function activeProjects(db: Queryable) {
  return db
    .selectFrom("projects")
    .innerJoin("users as owner", "owner.id", "projects.owner_id")
    .where("projects.is_active", "=", true);
}

export async function findProject(db: Queryable, id: string): Promise<ActiveProject | undefined> {
  return await activeProjects(db)
    .where("projects.id", "=", id)
    .selectAll("projects")
    .select("owner.name as owner_name")
    .executeTakeFirst();
}

/** A project by its address, `owner/name`. */
export async function findProjectByName(
  db: Queryable,
  owner: string,
  name: string,
): Promise<ActiveProject | undefined> {
  return await activeProjects(db)
    .where("owner.name", "=", owner)
    .where("projects.name", "=", name)
    .selectAll("projects")
    .select("owner.name as owner_name")
    .executeTakeFirst();
}

interface ProjectFilter {
  readonly owner_id?: string | undefined;
  readonly visibility?: ProjectRow["visibility"] | undefined;
  readonly search?: string | undefined;
  readonly limit: number;
  readonly offset: number;
}

/** A page of the projects that a caller may read, newest first, and how many there are in all. */
export async function listReadableProjects(db: Queryable, caller: Caller, filter: ProjectFilter) {
  let query = activeProjects(db).where(readableBy(caller));
  if (filter.owner_id !== undefined) query = query.where("projects.owner_id", "=", filter.owner_id);
  if (filter.visibility !== undefined) query = query.where("projects.visibility", "=", filter.visibility);
  if (filter.search !== undefined) query = query.where("projects.name", "ilike", containing(filter.search));
  const items = await query
    .selectAll("projects")
    .select("owner.name as owner_name")
    .orderBy("projects.created_at", "desc")
    .orderBy("projects.id")
    .limit(filter.limit)
    .offset(filter.offset)
    .execute();
  const { total } = await query.select((eb) => eb.fn.countAll<number>().as("total")).executeTakeFirstOrThrow();
  return { items, total };
}
