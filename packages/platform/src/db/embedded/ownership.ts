import { randomBytes } from "node:crypto";
import { link, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorCode, readIfPresent, writePrivately } from "./files.ts";
import { layoutOf } from "./layout.ts";
import { identify, isRunning, type ProcessIdentity } from "./process-table.ts";

/** Whether the owner serves until it is stopped, or is one command that will end by itself. */
export type OwnerKind = "platform" | "command";

/** The process that owns a data directory. */
export interface Owner extends ProcessIdentity {
  readonly kind: OwnerKind;
}

export type Claim =
  | { readonly owned: true; release(): Promise<void> }
  | { readonly owned: false; readonly owner: Owner };

/**
 * Makes this process the owner of the data directory, unless a running process is. Of several at once exactly one wins,
 * and an owner that died, however, is in nobody's way.
 *
 * Each owner links a file named by the next number: link(2) lets one process have a number, with its whole content in
 * place. The highest number is the owner's; it is never removed, only followed, so that a process that acted on an old
 * listing notices a higher number and steps back. A plain lock file that is removed when stale has no such order, and
 * two processes can both come to hold it.
 */
export async function claimOwnership(dataDirectory: string, kind: OwnerKind): Promise<Claim> {
  const directory = layoutOf(dataDirectory).owners;
  const self = await identify(process.pid);
  if (self === undefined) {
    throw new Error("the process table of this machine cannot be read");
  }
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const draft = join(directory, `draft-${process.pid}-${randomBytes(6).toString("hex")}`);
  try {
    for (;;) {
      const last = await lastGeneration(directory);
      const owner = await ownerOf(directory, last);
      if (owner !== undefined) {
        return { owned: false, owner };
      }
      await writePrivately(draft, JSON.stringify({ ...self, kind } satisfies Owner));
      const mine = join(directory, String(last + 1));
      if ((await linkUnlessTaken(draft, mine)) && (await isLast(directory, last + 1, mine))) {
        await removeAllBut(directory, String(last + 1));
        return { owned: true, release: () => writePrivately(mine, "{}") };
      }
    }
  } finally {
    await rm(draft, { force: true });
  }
}

/** The running process that owns the data directory, if any. */
export async function currentOwner(dataDirectory: string): Promise<Owner | undefined> {
  const directory = layoutOf(dataDirectory).owners;
  return ownerOf(directory, await lastGeneration(directory));
}

/** Whether that process owns the data directory no more. */
export async function isOver(dataDirectory: string, owner: Owner): Promise<boolean> {
  const current = await currentOwner(dataDirectory);
  return current?.pid !== owner.pid || current.started !== owner.started;
}

async function lastGeneration(directory: string): Promise<number> {
  try {
    const names = await readdir(directory);
    return Math.max(0, ...names.filter((name) => /^\d+$/.test(name)).map(Number));
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return 0;
    }
    throw error;
  }
}

async function ownerOf(directory: string, generation: number): Promise<Owner | undefined> {
  const owner = parseOwner((await readIfPresent(join(directory, String(generation)))) ?? "");
  return owner !== undefined && (await isRunning(owner)) ? owner : undefined;
}

/** Undefined for a released file, and for one that lost its content to a power failure. */
function parseOwner(text: string): Owner | undefined {
  try {
    const { pid, started, kind }: Partial<Record<keyof Owner, unknown>> = JSON.parse(text);
    return typeof pid === "number" && typeof started === "string"
      ? { pid, started, kind: kind === "command" ? "command" : "platform" }
      : undefined;
  } catch {
    return undefined;
  }
}

async function linkUnlessTaken(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") {
      return false;
    }
    throw error;
  }
}

async function isLast(directory: string, generation: number, path: string): Promise<boolean> {
  if ((await lastGeneration(directory)) === generation) {
    return true;
  }
  await rm(path, { force: true });
  return false;
}

/** Removes what earlier owners left; a draft only when its writer is gone. */
async function removeAllBut(directory: string, kept: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const writer = /^draft-(\d+)-/.exec(name)?.[1];
    if (name !== kept && (writer === undefined || (await identify(Number(writer))) === undefined)) {
      await rm(join(directory, name), { force: true });
    }
  }
}
