import type { Confinement } from "./confinement.ts";
import { GuardedProcess, type GuardedProcessOptions } from "./guarded-process.ts";
import { endProcessesIn } from "./marked-processes.ts";
import type { Window } from "./mount-table.ts";
import type { Room } from "./room.ts";
import { searchPath } from "./search-path.ts";
import { startScript } from "./start-script.ts";

/** What is run in a room. */
export interface Run extends Pick<GuardedProcessOptions, "output" | "graceSeconds" | "asks"> {
  /** As `joinCommands` takes them. */
  readonly commands: readonly string[];
  /** Beside what a room gives. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Starts it and resolves once it runs. @throws StartError, and the reason of `signal` */
export type Start = (signal: AbortSignal) => Promise<GuardedProcess>;

/** A room in which commands can be run, one after another, confined and guarded. */
export type Prepared = (run: Run) => Start;

export async function prepareRuns(
  room: Room,
  windows: readonly Window[],
  { confinement, watchSeconds }: { readonly confinement: Confinement; readonly watchSeconds: number },
): Promise<Prepared> {
  const { mode } = confinement;
  const command = await confinement.prepare(room, windows);
  const endRest = async () => {
    if (mode === "group") await endProcessesIn(room.path);
  };
  return ({ commands, environment, ...run }) => {
    const start = startScript(room.tree, commands, { ...given(room), ...environment });
    const options = {
      ...{ mode, room: room.path, watchSeconds, endRest, ...run },
      command: command(start.script),
      environment: { PATH: searchPath, LC_ALL: "C", ...start.environment },
    };
    return (signal) => GuardedProcess.start(options, signal);
  };
}

function given(room: Room): Readonly<Record<string, string>> {
  return { PATH: searchPath, HOME: room.home, TMPDIR: room.temporary, LANG: "C.UTF-8", LC_ALL: "C.UTF-8" };
}
