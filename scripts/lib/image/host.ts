import { execFile, spawn } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { NotPossible } from "../host/not-possible.ts";

const execute = promisify(execFile);

/** Runs a program and gives what it prints. @throws with what it said when it fails */
export async function read(
  program: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<string> {
  return (await execute(program, [...args], { env, maxBuffer: 1 << 26 })).stdout.trim();
}

/** Whether a program can be run with these arguments and succeeds. */
export async function succeeds(program: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<boolean> {
  return await read(program, args, env).then(
    () => true,
    () => false,
  );
}

/** Runs a program whose output is for whoever waits. @throws when it fails */
export function show(program: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const child = spawn(program, args, { stdio: ["ignore", "inherit", "inherit"], env });
  child.once("error", reject);
  child.once("exit", (code) =>
    code === 0 ? resolve() : reject(new Error(`${program} ${args[0]}: exit code ${code}`)),
  );
  return promise;
}

/**
 * Installs Debian packages that provide programs, unless they are there; what services they bring does not run.
 * @throws NotPossible when that cannot be done here
 */
export async function installPrograms(packages: Readonly<Record<string, string>>): Promise<void> {
  const missing: string[] = [];
  for (const [program, name] of Object.entries(packages)) {
    if (!(await succeeds("sh", ["-c", `command -v ${program}`]))) missing.push(name);
  }
  if (missing.length === 0) return;
  const names = missing.join(", ");
  if (process.getuid?.() !== 0) throw new NotPossible(`${names} would have to be installed, which only root can`);
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await show("apt-get", ["update", "--quiet=2"], env);
    await show("sh", [join(import.meta.dirname, "install.sh"), "/usr/sbin/policy-rc.d", ...missing], env);
  } catch (error) {
    throw new NotPossible(`${names} cannot be installed: ${error instanceof Error ? error.message : error}`);
  }
}
