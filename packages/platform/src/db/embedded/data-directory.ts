import { constants } from "node:fs";
import { access, mkdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import { POSTGRES_MAJOR } from "./binaries.ts";
import { errorCode, readIfPresent } from "./files.ts";
import type { Layout } from "./layout.ts";

/** Makes the directories around the database, private to this user. */
export async function makeDirectories({ dataDirectory, postgres }: Layout): Promise<void> {
  try {
    await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
    await mkdir(postgres, { recursive: true, mode: 0o700 });
    await access(postgres, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new DatabaseStartError(
      `${postgres} cannot be used as a directory (${errorCode(error)}): check its owner and mode`,
    );
  }
}

/**
 * Whether the data directory exists; throws DatabaseStartError when it does but cannot be what we made. It is never
 * emptied or made anew: only its owner can know that its content is worthless.
 */
export async function dataExists(layout: Layout): Promise<boolean> {
  const { data } = layout;
  try {
    await stat(data);
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return false;
    }
    throw unreadable(data, error);
  }
  const version = await readIfPresent(join(data, "PG_VERSION")).catch((error: unknown) => {
    throw unreadable(data, error);
  });
  if (version === undefined) {
    throw broken(data, `${data} is not a PostgreSQL data directory (it has no PG_VERSION)`);
  }
  if (version.trim() !== POSTGRES_MAJOR) {
    throw new DatabaseStartError(
      `${data} was made by PostgreSQL ${version.trim().slice(0, 20)}, and this is ${POSTGRES_MAJOR}: run the version of the platform that made it, or move it away to start empty`,
    );
  }
  if ((await readIfPresent(layout.password)) === undefined) {
    throw broken(data, `${layout.password}, the password of the database beside it, is missing`);
  }
  return true;
}

function broken(data: string, what: string): DatabaseStartError {
  return new DatabaseStartError(`${what}: restore it from a backup, or move ${data} away to start empty`);
}

function unreadable(data: string, error: unknown): DatabaseStartError {
  return new DatabaseStartError(`${data} cannot be read (${errorCode(error)}): check its owner and mode`);
}
