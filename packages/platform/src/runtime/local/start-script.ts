import { checkScript, checkVariables } from "../check-variables.ts";
import { joinCommands } from "../join-commands.ts";

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
  checkVariables(environment);
  const command = joinCommands(commands);
  checkScript(command);
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

/** As one word of a shell's. */
export function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
