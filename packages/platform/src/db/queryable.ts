import type { Kysely } from "kysely";
import type { Database } from "./schema.ts";

/** The database, or a transaction on it: what queries run on. */
export type Queryable = Kysely<Database>;
