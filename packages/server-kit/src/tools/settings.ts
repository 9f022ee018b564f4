import { readVariable } from "./variable.ts";

/** A variable of the environment that one server's tools read, beside those that all servers know. */
export interface Setting {
  readonly name: string;
  /** What it is for, in a line of `--help`. */
  readonly help: string;
}

/** The values that the operator has set. @throws ConfigError for one that was not expanded */
export function readSettings(
  settings: readonly Setting[],
  env: Readonly<Record<string, string | undefined>>,
): ReadonlyMap<string, string> {
  return new Map(
    settings.flatMap(({ name }) => {
      const value = readVariable(env, name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
}
