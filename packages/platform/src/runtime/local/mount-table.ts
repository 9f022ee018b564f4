import { mkdir, stat, symlink, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import type { Room } from "./room.ts";

/** Options of a mount that can be read alone, with all flags that the mount may have already: none may be taken off. */
const readOnly = "bind,ro,nosuid,nodev,noexec";

/** What is to be seen beside the room. */
export interface Window {
  /** A real path. */
  readonly path: string;
  readonly isWritable: boolean;
}

export interface Shown {
  /** The real path of the directory that is hidden, but for the room and the windows. */
  readonly dataDirectory: string;
  readonly room: Room;
  readonly windows: readonly Window[];
  /** Directories elsewhere that are empty for the step; those that do not exist do not matter. */
  readonly hidden: readonly string[];
  readonly isRoot: boolean;
}

/**
 * Prepares what a step is to see in namespaces of its own, beside its room, and writes it as a table for `mount --all`:
 * one process for all of it, as each takes longer than what it does. Gives the table's path.
 */
export async function prepareMounts({ dataDirectory, room, windows, hidden, isRoot }: Shown): Promise<string> {
  const view = join(room.aside, "data");
  const empty = join(room.aside, "empty");
  const inView = (path: string) =>
    path.startsWith(`${dataDirectory}/`) ? join(view, relative(dataDirectory, path)) : path;
  const seen = [{ path: room.path, isWritable: true }, ...windows];
  for (const directory of [empty, ...seen.map(({ path }) => inView(path))]) {
    await mkdir(directory, { recursive: true, mode: 0o700 });
  }
  const lines = [
    ...(isRoot ? await mountsForRoot(join(room.aside, "dev"), empty) : []),
    ...(await existing(hidden)).map((path) => line(empty, path, "bind")),
    ...seen.map(({ path, isWritable }) => line(path, inView(path), isWritable ? "bind" : readOnly)),
    line(view, dataDirectory, "rbind"),
  ];
  const table = join(room.aside, "mounts");
  await writeFile(table, lines.join(""));
  return table;
}

/** Root's number alone, without any right, would open disks, set the kernel's variables and freeze control groups. */
async function mountsForRoot(devices: string, empty: string): Promise<string[]> {
  const names = ["null", "zero", "full", "random", "urandom", "tty"];
  for (const directory of ["pts", "shm"]) await mkdir(join(devices, directory), { recursive: true });
  for (const name of names) await writeFile(join(devices, name), "");
  const links = { fd: "/proc/self/fd", stdin: "fd/0", stdout: "fd/1", stderr: "fd/2", ptmx: "pts/ptmx" };
  for (const [name, target] of Object.entries(links)) await symlink(target, join(devices, name));
  return [
    ...names.map((name) => line(join("/dev", name), join(devices, name), "bind")),
    line("step", join(devices, "pts"), "newinstance,ptmxmode=0666,mode=620", "devpts"),
    line(devices, "/dev", "rbind"),
    line("/proc/sys", "/proc/sys", readOnly),
    ...(await existing(["/proc/sysrq-trigger"])).map((path) => line(path, path, readOnly)),
    ...(await existing(["/sys/fs/cgroup"])).map((path) => line(empty, path, "bind")),
  ];
}

/** As in fstab(5). */
function line(source: string, target: string, options: string, type = "none"): string {
  const escaped = [source, target].map((path) =>
    path.replace(/[\s\\#]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, "0")}`),
  );
  return `${escaped.join(" ")} ${type} ${options} 0 0\n`;
}

async function existing(paths: readonly string[]): Promise<readonly string[]> {
  const found = paths.map(async (path) => ((await stat(path).catch(() => undefined)) === undefined ? [] : [path]));
  return (await Promise.all(found)).flat();
}
