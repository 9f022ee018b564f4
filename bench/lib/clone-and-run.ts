import { spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { gitEnvironment } from "./git.ts";

/** What a script would do in place of a runner: a clone that shares its objects, and the command in it. */
export async function cloneAndRun(repository: string, commit: string, command: string, to: string): Promise<void> {
  await succeed("git", ["clone", "--quiet", "--shared", "--no-checkout", repository, to]);
  await succeed("git", ["-C", to, "checkout", "--quiet", commit]);
  await succeed("sh", ["-c", command], to);
}

/** Removes what `cloneAndRun` has made. */
export async function removeClone(to: string): Promise<void> {
  await rm(to, { recursive: true });
}

async function succeed(program: string, args: readonly string[], cwd?: string): Promise<void> {
  const child = spawn(program, args, { cwd, env: gitEnvironment, stdio: "ignore" });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${code}`);
}
