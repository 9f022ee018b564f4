import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { layoutOf } from "../embedded/layout.ts";
import { processesMarked } from "../embedded/process-table.ts";
import { markerOf, readPostmasterFile } from "../embedded/server.ts";
import { until } from "../embedded/until.ts";

/** A temporary directory for embedded databases, with a temporary directory of its own for their sockets. */
export interface Sandbox {
  readonly root: string;
  /** A data directory, not yet made. */
  dataDirectory(name?: string): string;
  /** What embedded databases have left behind: processes, and directories for sockets. */
  leftovers(): Promise<readonly string[]>;
  /** Ends what is left behind and removes everything. */
  remove(): Promise<void>;
}

/** Sets TMPDIR, for this process and its children. */
export async function openSandbox(): Promise<Sandbox> {
  const outer = process.env.TMPDIR;
  const root = await mkdtemp(join(tmpdir(), "db-"));
  const sockets = join(root, "t");
  await mkdir(sockets);
  process.env.TMPDIR = sockets;
  const directories: string[] = [];
  const processes = async () => {
    const marked = await Promise.all(
      directories.map(async (directory) =>
        processesMarked(await markerOf(layoutOf(directory)).catch(() => "no database was made here")),
      ),
    );
    return marked.flat();
  };
  return {
    root,
    dataDirectory(name = `data-${directories.length}`) {
      const directory = join(root, name, ".platform");
      directories.push(directory);
      return directory;
    },
    async leftovers() {
      // A killed child of ours may be seen for an instant after its parent was told of its end.
      await until(async () => (await processes()).length === 0, 1_000);
      const running = (await processes()).map(({ pid, command }) => `process ${pid}: ${command}`);
      return [...running, ...(await readdir(sockets)).filter((name) => name.startsWith("platform-mcp-"))];
    },
    async remove() {
      for (const { pid } of await processes()) {
        process.kill(pid, "SIGKILL");
      }
      process.env.TMPDIR = outer;
      if (outer === undefined) {
        delete process.env.TMPDIR;
      }
      await rm(root, { recursive: true, force: true });
    },
  };
}

/** The pid of the running server's first process. */
export async function postmasterPid(dataDirectory: string): Promise<number> {
  const pid = (await readPostmasterFile(layoutOf(dataDirectory)))?.pid;
  if (pid === undefined) {
    throw new Error("no PostgreSQL is running");
  }
  return pid;
}
