import { readFileSync } from "node:fs";

const read = (path: string) => readFileSync(new URL(path, import.meta.url), "utf8");

/** One text of several files, of which the later import the earlier. */
const joined = (...paths: readonly string[]) =>
  paths.map((path) => read(path).replace(/^import .* from "\..*$/gm, "")).join("\n");

/** Programs that Node.js runs in the pods of steps. */
export const podPrograms = {
  receive: read("programs/receive.ts"),
  look: joined("../../output-at.ts", "programs/look.ts"),
};

/** The variable in which a container has its program: an address that is requested should not be as long as that. */
export const programVariable = "PLATFORM_POD_PROGRAM";

/** What runs the program of a container in it. */
export function programCommand(...args: readonly string[]): readonly string[] {
  const node = `exec node --disable-warning=ExperimentalWarning --input-type=module-typescript -e "$${programVariable}" -- "$@"`;
  return ["/bin/sh", "-c", node, "program", ...args];
}
