import { execFile } from "node:child_process";
import { readdir, readFile, readlink } from "node:fs/promises";
import { promisify } from "node:util";
import { errorCode } from "./files.ts";

const run = promisify(execFile);

export interface ProcessIdentity {
  readonly pid: number;
  /** When the process started, in the system's own notation: with the pid it names one process for ever. */
  readonly started: string;
}

export interface RunningProcess {
  readonly pid: number;
  readonly command: string;
}

/**
 * The identity of a running process, or undefined when there is none. A zombie counts as gone: it holds nothing, and its
 * parent may take seconds to collect it.
 */
export async function identify(pid: number): Promise<ProcessIdentity | undefined> {
  const started = process.platform === "linux" ? await startedOnLinux(pid) : await startedByPs(pid);
  return started === undefined ? undefined : { pid, started };
}

/** Whether this very process still runs. */
export async function isRunning(identity: ProcessIdentity): Promise<boolean> {
  return (await identify(identity.pid))?.started === identity.started;
}

/** The processes whose command line contains the marker. */
export async function processesMarked(marker: string): Promise<readonly RunningProcess[]> {
  const all = process.platform === "linux" ? await listOnLinux() : await listByPs();
  return all.filter(({ command }) => command.includes(marker));
}

/** The command line of a process; empty when it is gone, a zombie, or not ours to see. */
export async function commandOf(pid: number): Promise<string> {
  if (process.platform !== "linux") {
    return ps(["-ww", "-o", "command=", "-p", String(pid)]);
  }
  try {
    return (await readFile(`/proc/${pid}/cmdline`, "utf8")).replaceAll("\0", " ");
  } catch {
    return "";
  }
}

/**
 * The processes that work in a directory and have no command line, as between two programs of one process: nobody can
 * tell yet whose they are. None where a process's directory cannot be asked for.
 */
export async function namelessIn(directory: string): Promise<readonly number[]> {
  if (process.platform !== "linux") return [];
  const nameless = (await listOnLinux()).filter(({ command }) => command === "");
  const found = await Promise.all(
    nameless.map(async ({ pid }) => {
      const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => "");
      return cwd.startsWith(directory) && (await identify(pid)) !== undefined ? [pid] : [];
    }),
  );
  return found.flat();
}

/** Sends a signal to a process, unless it has ended meanwhile. */
export function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (errorCode(error) !== "ESRCH") {
      throw error;
    }
  }
}

async function startedOnLinux(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, "utf8");
    // The command name, in parentheses, may itself hold spaces and parentheses. After it: state, ppid, … (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state] = fields;
    const ticks = fields[19];
    if (state === "Z" || state === "X" || ticks === undefined) {
      return undefined;
    }
    // Ticks count from the boot: without its id a process of an earlier boot could look alive.
    const boot = await readFile("/proc/sys/kernel/random/boot_id", "utf8").catch(() => "");
    return `${boot.trim()}:${ticks}`;
  } catch {
    return undefined;
  }
}

async function startedByPs(pid: number): Promise<string | undefined> {
  const [state = "Z", ...started] = (await ps(["-o", "stat=,lstart=", "-p", String(pid)])).split(/\s+/);
  return state.startsWith("Z") || started.length === 0 ? undefined : started.join(" ");
}

async function listOnLinux(): Promise<RunningProcess[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  return Promise.all(pids.map(async (pid) => ({ pid, command: await commandOf(pid) })));
}

async function listByPs(): Promise<RunningProcess[]> {
  const lines = (await ps(["-axww", "-o", "pid=,command="])).split("\n");
  return lines.map((line) => {
    const [pid = "0"] = line.trim().split(/\s/, 1);
    return { pid: Number(pid), command: line.trim().slice(pid.length + 1) };
  });
}

/** ps exits with 1 when it found nothing. */
async function ps(args: string[]): Promise<string> {
  try {
    return (await run("ps", args, { env: { LC_ALL: "C", PATH: "/bin:/usr/bin" }, maxBuffer: 1 << 24 })).stdout.trim();
  } catch {
    return "";
  }
}
