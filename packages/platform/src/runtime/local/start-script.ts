import { joinCommands } from "../join-commands.ts";
import { StartError } from "../runtime.ts";

/** Bytes of the longest string that Linux hands to a process, its end included (MAX_ARG_STRLEN). */
const longestString = 128 * 1024;

export interface StartScript {
  /** For `sh -c`: goes to the work tree, sets the environment and becomes the shell that runs the commands. */
  readonly script: string;
  /** What it must find in its environment. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * How a step's commands get their environment. On the way to them its variables have other names, as the programs that
 * confine the step run before it and outside of it, and must not obey its `LD_PRELOAD`; and they are in no argument,
 * which other users could read.
 *
 * @throws StartError for a name that no shell can set, and what is too long for any process
 */
export function startScript(
  tree: string,
  commands: readonly string[],
  environment: Readonly<Record<string, string>>,
): StartScript {
  const variables = Object.entries(environment);
  for (const [name, value] of variables) check(name, value);
  const command = joinCommands(commands);
  if (Buffer.byteLength(command) >= longestString) throw new StartError("The commands are longer than 128 KiB");
  if (command.includes("\0")) throw new StartError("The commands contain a NUL byte");
  const prefix = freePrefix(variables.map(([name]) => name));
  const carrier = `${prefix}_COMMANDS`;
  const carriers = variables.map((_, index) => `${prefix}_${index}`);
  const lines = [
    `cd ${quote(tree)} || exit 126`,
    "unset OLDPWD",
    "umask 022",
    ...variables.map(([name], index) => `export ${name}="$${carriers[index]}"`),
    `set -- "$${carrier}"`,
    `unset ${carrier} ${carriers.join(" ")}`,
    'exec /bin/sh -c "$1"',
  ];
  const values = variables.map(([, value], index) => [carriers[index] ?? "", value] as const);
  return { script: lines.join("\n"), environment: { ...Object.fromEntries(values), [carrier]: command } };
}

/** What none of the names begins with: a variable must not take the place of one that is still being carried. */
function freePrefix(names: readonly string[]): string {
  let prefix = "STEP_VARIABLE";
  while (names.some((name) => name.startsWith(prefix))) prefix += "_";
  return prefix;
}

function check(name: string, value: string): void {
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new StartError(`${JSON.stringify(name)} cannot be the name of an environment variable`);
  }
  if (Buffer.byteLength(`${name}=${value}`) >= longestString) {
    throw new StartError(`The environment variable ${name} is longer than 128 KiB`);
  }
  if (value.includes("\0")) throw new StartError(`The environment variable ${name} contains a NUL byte`);
}

/** As one word of a shell's. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
