import pg from "pg";
import { DatabaseStartError } from "./database-start-error.ts";
import { drain, poolConfig, surviveLostConnections } from "./pool.ts";

const OLDEST_MAJOR = 15;

/** Opens a pool to the server that DATABASE_URL names, after one connection has proved that it can be used. */
export async function openServer(url: string): Promise<pg.Pool> {
  const where = describe(url);
  const unusable = (error: unknown) =>
    new DatabaseStartError(`the database at ${where} cannot be used: ${reason(error)}: check DATABASE_URL`);
  let pool: pg.Pool;
  try {
    pool = surviveLostConnections(new pg.Pool(poolConfig({ connectionString: url, connectionTimeoutMillis: 10_000 })));
  } catch (error) {
    throw unusable(error);
  }
  try {
    const major = await majorVersion(pool).catch((error: unknown) => {
      throw unusable(error);
    });
    if (!(major >= OLDEST_MAJOR)) {
      throw new DatabaseStartError(
        `the database at ${where} is PostgreSQL ${major}: ${OLDEST_MAJOR} or newer is needed`,
      );
    }
    return pool;
  } catch (error) {
    await drain(pool);
    throw error;
  }
}

async function majorVersion(pool: pg.Pool): Promise<number> {
  const { rows } = await pool.query<{ server_version_num: string }>("SHOW server_version_num");
  return Math.floor(Number(rows[0]?.server_version_num) / 10_000);
}

/** The URL's host, port and database: it may hold a password, and so may what a URL parser says about it. */
function describe(text: string): string {
  // No host: the local socket. pg takes that, the URL standard does not when there is a user.
  const url = URL.parse(text) ?? URL.parse(text.replace("@/", "@localhost/"));
  if (url === null || !/^postgres(ql)?:$/.test(url.protocol)) {
    throw new DatabaseStartError("DATABASE_URL is not a URL such as postgres://user:password@host:5432/database");
  }
  return `${url.searchParams.get("host") ?? url.host}${url.pathname}`;
}

function reason(error: unknown): string {
  // Each address that was tried has an error of its own, and the whole then has no message.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : String(first);
}
