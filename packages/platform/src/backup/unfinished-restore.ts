import { rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { layoutOf } from "../db/embedded/layout.ts";
import { openServer } from "../db/open-server.ts";
import { drain } from "../db/pool.ts";
import { UserError } from "../user-error.ts";
import { ownRelations } from "./own-relations.ts";

/** Where what a platform keeps is to be, or is. */
export interface Place {
  readonly dataDirectory: string;
  /** A PostgreSQL server instead of the embedded one. */
  readonly databaseUrl: string | undefined;
}

/** Where a restore works before anything has its place. As long as it exists, a restore has not finished. */
export function stageOf(dataDirectory: string): string {
  return join(dataDirectory, "restoring");
}

export function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** Whether the place has a database: for an embedded one its files, on a server anything in the schema. */
export async function hasDatabase({ dataDirectory, databaseUrl }: Place): Promise<boolean> {
  if (databaseUrl === undefined) return await exists(layoutOf(dataDirectory).data);
  const pool = await openServer(databaseUrl);
  try {
    const { rows } = await pool.query(`select 1 from pg_class where ${ownRelations} limit 1`);
    return rows.length > 0;
  } finally {
    await drain(pool);
  }
}

/**
 * Keeps a platform from starting where a restore was killed. The database gets its place last and at once: when it is
 * there, only tidying up was left to do. @throws UserError
 */
export async function refuseUnfinishedRestore(place: Place): Promise<void> {
  const stage = stageOf(place.dataDirectory);
  if (!(await exists(stage))) return;
  if (!(await hasDatabase(place))) {
    throw new UserError(
      `a restore into ${place.dataDirectory} has not finished: wait for it, or run it again if it was interrupted`,
    );
  }
  await rm(stage, { recursive: true, force: true });
}
