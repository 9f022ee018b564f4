import { join } from "node:path";

/** Where the embedded database keeps things inside the platform's data directory. All paths are absolute. */
export interface Layout {
  readonly dataDirectory: string;
  /** One file a generation of owners; see ownership.ts. */
  readonly owners: string;
  readonly postgres: string;
  readonly data: string;
  readonly log: string;
  /** The superuser's password, 0600. */
  readonly password: string;
  /** A random name given to this directory when it was made. */
  readonly id: string;
  /** The path of the directory that holds the Unix socket. */
  readonly socketRecord: string;
}

export function layoutOf(dataDirectory: string): Layout {
  const postgres = join(dataDirectory, "postgres");
  return {
    dataDirectory,
    owners: join(dataDirectory, "owners"),
    postgres,
    data: join(postgres, "data"),
    log: join(postgres, "postgres.log"),
    password: join(postgres, "password"),
    id: join(postgres, "id"),
    socketRecord: join(postgres, "socket-directory"),
  };
}
