import { randomBytes } from "node:crypto";
import { lstat, mkdir, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";

/** The directories of one run of a step. What it leaves on the disk of its own accord is in here. */
export interface Room {
  readonly path: string;
  /** Its work tree. */
  readonly tree: string;
  readonly home: string;
  /** For temporary files. */
  readonly temporary: string;
}

/** Makes a room below `parent`, for its owner alone. Its name is short: programs put sockets into it. */
export async function makeRoom(parent: string): Promise<Room> {
  const path = join(parent, randomBytes(4).toString("hex"));
  const room = { path, tree: join(path, "tree"), home: join(path, "home"), temporary: join(path, "tmp") };
  await mkdir(parent, { recursive: true, mode: 0o700 });
  await mkdir(path, { mode: 0o700 });
  for (const directory of [room.tree, room.home, room.temporary]) await mkdir(directory);
  return room;
}

/**
 * The time by the file system's clock, as it notes it for changed files, in nanoseconds: all changes so far are not
 * later, all changes from now on are. That clock may stand still for 10 ms.
 */
export async function fileTime(room: Room): Promise<bigint> {
  const file = join(room.path, "begun");
  await writeFile(file, "");
  const changed = async () => (await lstat(file, { bigint: true })).ctimeNs;
  const time = await changed();
  while ((await changed()) === time) await utimes(file, 0, 0);
  return time;
}
