import { realpath } from "node:fs/promises";
import { Client } from "pg";
import { readIfPresent } from "../../db/embedded/files.ts";
import { layoutOf } from "../../db/embedded/layout.ts";

/**
 * The directories in which the platform's database listens and that are not for steps: a server may let everybody in who
 * is the platform's user.
 */
export async function databaseSockets(
  dataDirectory: string,
  databaseUrl: string | undefined,
): Promise<readonly string[]> {
  const directory =
    databaseUrl === undefined
      ? await readIfPresent(layoutOf(dataDirectory).socketRecord)
      : new Client({ connectionString: databaseUrl }).host;
  if (!directory?.startsWith("/")) return [];
  const found = await realpath(directory).catch(() => undefined);
  return found === undefined ? [] : [found];
}
