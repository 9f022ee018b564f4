import { execFile, type SpawnOptions } from "node:child_process";
import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { promisify } from "node:util";
import { DatabaseStartError } from "../database-start-error.ts";
import type { Binaries } from "./binaries.ts";
import { errorCode } from "./files.ts";

const run = promisify(execFile);
const NOBODY = 65534;

/**
 * PostgreSQL refuses to run as root, and initdb as a user without a name. The ways round that:
 * - `direct`: we are an ordinary user.
 * - `namespace`: in a user namespace we are shown to PostgreSQL as nobody, while on disk its files stay ours, so that it
 *   works below directories only we may enter, and nothing is created or handed over.
 * - `setuid`: where namespaces are blocked (a container's default), really as another user, who owns the data directory.
 */
export type RunAs =
  | { readonly way: "direct"; readonly uid: number }
  | { readonly way: "namespace"; readonly uid: number }
  | { readonly way: "setuid"; readonly uid: number; readonly gid: number };

/**
 * How to run PostgreSQL on this data directory. The directory's owner is the record of how it was made, and must be used
 * again: PostgreSQL insists on owning its files.
 */
export async function chooseRunAs(data: string, binaries: Binaries): Promise<RunAs> {
  const self = process.geteuid?.() ?? 0;
  const owner = await ownerOf(data);
  if (self !== 0) {
    if (owner !== undefined && owner.uid !== self) {
      throw new DatabaseStartError(
        `${data} belongs to user ${owner.uid}, and this is user ${self}: start as that user`,
      );
    }
    return owner !== undefined || hasName() ? { way: "direct", uid: self } : nameless(self, binaries);
  }
  if (process.platform !== "linux") {
    throw new DatabaseStartError("PostgreSQL does not run as root: start as an ordinary user, or set DATABASE_URL");
  }
  if (owner !== undefined && owner.uid !== 0) {
    return becoming(owner);
  }
  const refusal = await namespaceRefusal(binaries);
  if (refusal === undefined) {
    return { way: "namespace", uid: 0 };
  }
  if (owner !== undefined) {
    throw new DatabaseStartError(
      `${data} was made by root in a user namespace, which is not possible any more (${refusal}): allow user namespaces, or chown -R the directory to an ordinary user`,
    );
  }
  return becoming({ uid: NOBODY, gid: NOBODY });
}

function hasName(): boolean {
  try {
    userInfo();
    return true;
  } catch {
    return false;
  }
}

/** A container may be run as any number, with no line in /etc/passwd. */
async function nameless(uid: number, binaries: Binaries): Promise<RunAs> {
  const refusal = await namespaceRefusal(binaries);
  if (refusal !== undefined) {
    throw new DatabaseStartError(
      `PostgreSQL cannot make a database as user ${uid}, who has no name in /etc/passwd, nor in a user namespace (${refusal}): run as a user with a name, or set DATABASE_URL`,
    );
  }
  return { way: "namespace", uid };
}

/** Root of a container may have been denied even this. */
async function becoming(user: { uid: number; gid: number }): Promise<RunAs> {
  try {
    await run("/bin/sh", ["-c", ":"], user);
    return { way: "setuid", ...user };
  } catch (error) {
    throw new DatabaseStartError(
      `PostgreSQL does not run as root, and this root can neither make a user namespace nor become user ${user.uid} (${errorCode(error)}): start as an ordinary user, or set DATABASE_URL`,
    );
  }
}

/** What to spawn so that the program runs that way. */
export function command(runAs: RunAs, program: string, args: readonly string[]): [string, string[], SpawnOptions] {
  switch (runAs.way) {
    case "direct":
      return [program, [...args], {}];
    case "namespace":
      return ["unshare", [...NAMESPACE, program, ...args], {}];
    case "setuid":
      return [program, [...args], { uid: runAs.uid, gid: runAs.gid }];
  }
}

/**
 * The data directory as PostgreSQL is told it; it is started inside it. Another user may be unable to walk the path,
 * and can stay where it already is.
 */
export function dataArgument(runAs: RunAs, data: string): string {
  return runAs.way === "setuid" ? "/proc/self/cwd" : data;
}

const NAMESPACE = ["--user", `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, "--"];

/** Why a program cannot run in a user namespace of its own, or undefined when it can. */
async function namespaceRefusal(binaries: Binaries): Promise<string | undefined> {
  try {
    await run("unshare", [...NAMESPACE, binaries.postgres, "--version"]);
    return undefined;
  } catch (error) {
    const stderr = error instanceof Error && "stderr" in error ? String(error.stderr) : "";
    return stderr.trim().split("\n").at(-1) || String(error);
  }
}

async function ownerOf(path: string): Promise<{ uid: number; gid: number } | undefined> {
  try {
    const { uid, gid } = await stat(path);
    return { uid, gid };
  } catch (error) {
    if (errorCode(error) === "ENOENT") {
      return undefined;
    }
    throw error;
  }
}
