import { readFileSync } from "node:fs";
import { literal } from "../literal.ts";

/**
 * The command of a container that runs one of the scripts beside this file, with arguments that are constants or
 * numbers: what users write reaches it in its environment or in files, never in here.
 */
export function runScript(name: "setup" | "tools", ...args: readonly string[]): string[] {
  const script = readFileSync(new URL(`${name}.sh`, import.meta.url), "utf8");
  return ["/bin/sh", "-c", script, `${name}.sh`, ...args].map(literal);
}
