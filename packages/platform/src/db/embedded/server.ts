import { createHash, randomBytes } from "node:crypto";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import type pg from "pg";
import type { Binaries } from "./binaries.ts";
import { readIfPresent, writePrivately } from "./files.ts";
import type { Layout } from "./layout.ts";
import type { RunAs } from "./run-as.ts";
import { DATABASE, SOCKET_PORT, SUPERUSER } from "./settings.ts";

/** One embedded server: what is needed to run it, find it again and connect to it. */
export interface Server {
  readonly layout: Layout;
  readonly binaries: Binaries;
  readonly runAs: RunAs;
  readonly socketDirectory: string;
  /** Part of the command line of each of its processes, and of no other process. */
  readonly marker: string;
}

/**
 * The marker of the server of this directory. The random id sets it apart from a directory of the same path that was
 * deleted under a running server, the inode from a copy of this one.
 */
export async function markerOf(layout: Layout): Promise<string> {
  let id = await readIfPresent(layout.id);
  if (id === undefined) {
    id = randomBytes(16).toString("hex");
    await writePrivately(layout.id, id);
  }
  const { dev, ino } = await stat(layout.postgres);
  return `platform-${createHash("sha256").update(`${id}:${dev}:${ino}`).digest("hex").slice(0, 16)}`;
}

/**
 * How to connect. The socket's directory keeps other users out; the password, from a 0600 file inside the data directory,
 * is the second wall: it still stands when the server runs as a user who has other processes (`nobody`), and when code
 * run as our own user sees the temporary directory while the data directory is hidden from it.
 */
export async function connectionTo(
  layout: Layout,
  socketDirectory: string,
): Promise<Omit<pg.ClientConfig, "types" | "connectionString">> {
  return {
    host: socketDirectory,
    port: SOCKET_PORT,
    user: SUPERUSER,
    database: DATABASE,
    password: (await readIfPresent(layout.password)) ?? "",
    // Given so that the PG* variables of the caller's environment, meant for another server, do not reach this one.
    ssl: false,
    options: "-c timezone=UTC",
  };
}

/** PostgreSQL's own record of its running server, in `postmaster.pid`. */
export interface PostmasterFile {
  readonly pid: number;
  readonly socketDirectory: string;
  /** `starting`, `ready` or `stopping`; empty in the first instants. */
  readonly status: string;
}

export async function readPostmasterFile(layout: Layout): Promise<PostmasterFile | undefined> {
  const lines = (await readIfPresent(postmasterFile(layout)))?.split("\n");
  const pid = Number(lines?.[0]);
  return lines !== undefined && Number.isSafeInteger(pid) && pid > 0
    ? { pid, socketDirectory: lines[4] ?? "", status: (lines[7] ?? "").trim() }
    : undefined;
}

export function postmasterFile(layout: Layout): string {
  return join(layout.data, "postmaster.pid");
}
