import { lstat, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { removeTree } from "./remove-tree.ts";

/** The directories of one run of a step. */
export interface Room {
  /** What the step has for itself; what it leaves on the disk of its own accord is in here. */
  readonly path: string;
  /** Its work tree. */
  readonly tree: string;
  readonly home: string;
  /** For temporary files. */
  readonly temporary: string;
  /** Beside the room, out of the step's sight: for whatever confines it. */
  readonly aside: string;
}

let count = 0;

/** Makes a room below `parent`, which this process alone uses. Paths are short: programs put sockets into them. */
export async function makeRoom(parent: string): Promise<Room> {
  const path = join(parent, String(++count));
  const aside = `${path}.aside`;
  const room = { path, tree: join(path, "tree"), home: join(path, "home"), temporary: join(path, "tmp"), aside };
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const directory of [path, aside]) await mkdir(directory, { mode: 0o700 });
  for (const directory of [room.tree, room.home, room.temporary]) await mkdir(directory);
  return room;
}

/** Removes a room in which nothing runs. @throws an error that says what is left */
export async function removeRoom({ path, aside }: Room): Promise<void> {
  await removeTree(path);
  // A step can have written there too.
  await removeTree(aside);
}

/**
 * The time by the clock with which the file system notes changes, in nanoseconds: all changes so far are not later, all
 * changes from now on are. That clock may stand still for 10 ms.
 */
export async function fileTime({ aside }: Room): Promise<bigint> {
  const file = join(aside, "time");
  const changed = async () => (await lstat(file, { bigint: true })).ctimeNs;
  await writeFile(file, "");
  const time = await changed();
  while ((await changed()) === time) {
    await delay(1);
    await utimes(file, 0, 0);
  }
  return time;
}
