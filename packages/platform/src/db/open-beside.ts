import { Kysely, PostgresDialect } from "kysely";
import pg from "pg";
import { drain, surviveLostConnections } from "./pool.ts";
import type { Queryable } from "./queryable.ts";
import type { Database } from "./schema.ts";

export interface OwnConnections {
  readonly db: Queryable;
  close(): Promise<void>;
}

/** Opens a few connections to the pool's database for what must not wait for its turn behind the pool's other users. */
export function openBeside(pool: pg.Pool, max: number): OwnConnections {
  // A copy of the options leaves out the password.
  const own = surviveLostConnections(new pg.Pool({ ...pool.options, password: pool.options.password, max }));
  return { db: new Kysely<Database>({ dialect: new PostgresDialect({ pool: own }) }), close: () => drain(own) };
}
