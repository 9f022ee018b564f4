import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { release } from "node:os";
import { promisify } from "node:util";
import { databaseSockets } from "./database-sockets.ts";
import { prepareMounts, type Window } from "./mount-table.ts";
import { makeRoom, type Room, removeRoom } from "./room.ts";
import { searchPath } from "./search-path.ts";

const run = promisify(execFile);
const inside = readFileSync(new URL("inside.sh", import.meta.url), "utf8");
const namespaces = ["--user", "--map-root-user", "--mount", "--pid", "--ipc", "--fork", "--kill-child"];

/** Processes and threads that a step may have at a time. */
const processes = 4096;

/** What keeps a step apart from everything else. */
export interface Confinement {
  readonly mode: "namespaces" | "group";
  /** Says on the top of a step's log how it runs. */
  readonly sentence: string;
  /** Prepares a room; gives what to run so that a script runs in it. */
  prepare(room: Room, windows: readonly Window[]): Promise<(script: string) => readonly string[]>;
}

export interface ConfinementOptions {
  /** The data directory's real path. */
  readonly dataDirectory: string;
  readonly databaseUrl: string | undefined;
  /** The directory for rooms, below the data directory. */
  readonly rooms: string;
  readonly useNamespaces: boolean;
}

/** The strongest confinement that this machine allows for steps, found by trying. */
export async function findConfinement(options: ConfinementOptions): Promise<Confinement> {
  const inOwn = inNamespaces(options);
  const refusal = options.useNamespaces ? await refusalOf(inOwn, options.rooms) : "they are not to be used";
  return refusal === undefined ? inOwn : inGroup(refusal);
}

function inNamespaces({ dataDirectory, databaseUrl }: ConfinementOptions): Confinement {
  return {
    mode: "namespaces",
    sentence:
      "Runs on the platform's own machine, in namespaces of its own: it sees the machine's files and network, but neither the platform's data nor other processes.",
    async prepare(room, windows) {
      const user = process.geteuid?.() ?? 0;
      // The user's own services, which would run anything for the step outside of its namespaces.
      const hidden = [...(await databaseSockets(dataDirectory, databaseUrl)), `/run/user/${user}`];
      const table = await prepareMounts({ dataDirectory, room, windows, hidden, isRoot: user === 0 });
      const limit = hasOwnProcessLimit() ? processes : "unlimited";
      const args = [user, process.getegid?.() ?? 0, limit, table].map(String);
      return (script) => ["unshare", ...namespaces, "--", "/bin/sh", "-c", inside, "step", ...args, limited(script)];
    },
  };
}

function inGroup(refusal: string): Confinement {
  return {
    mode: "group",
    sentence: `Runs on the platform's own machine with all that its user may see and do, the platform's data included: namespaces are not possible here (${refusal}).`,
    prepare: async () => (script) => ["/bin/sh", "-c", `echo started >&2\nexec 2>&1\n${script}`, "step"],
  };
}

/** Within the step's own user namespace this counts its processes alone. It binds no root. Shells name it differently. */
function limited(script: string): string {
  return `ulimit -u ${processes} 2>/dev/null || ulimit -p ${processes} 2>/dev/null\n${script}`;
}

/** Since Linux 6.14 a process namespace has its own `pid_max`; before, setting it would be setting the whole machine's. */
function hasOwnProcessLimit(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return major > 6 || (major === 6 && minor >= 14);
}

/** Why a step cannot run in namespaces, or undefined when it can. */
async function refusalOf(confinement: Confinement, rooms: string): Promise<string | undefined> {
  if (process.platform !== "linux") return "this is not Linux";
  const room = await makeRoom(rooms);
  const [program = "", ...args] = (await confinement.prepare(room, []))(":");
  try {
    await run(program, args, { cwd: "/", env: { PATH: searchPath, LC_ALL: "C" } });
    return undefined;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    // What follows the first line are hints.
    return stderr.trim().split("\n")[0] || String(error);
  } finally {
    await removeRoom(room);
  }
}
