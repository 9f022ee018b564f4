import { StartError } from "./runtime.ts";

/** Bytes of the longest string that Linux hands to a process, its end included (MAX_ARG_STRLEN). */
export const longestString = 128 * 1024;

/** Says which variable no process could be started with. @throws StartError */
export function checkVariables(variables: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(variables)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new StartError(`${JSON.stringify(name)} cannot be the name of an environment variable`);
    }
    if (Buffer.byteLength(`${name}=${value}`) >= longestString) {
      throw new StartError(`The environment variable ${name} is longer than 128 KiB`);
    }
    if (value.includes("\0")) throw new StartError(`The environment variable ${name} contains a NUL byte`);
  }
}

/** Says why commands could not be handed to a shell. @throws StartError */
export function checkScript(script: string): void {
  if (Buffer.byteLength(script) >= longestString) throw new StartError("The commands are longer than 128 KiB");
  if (script.includes("\0")) throw new StartError("The commands contain a NUL byte");
}
