import { ConfigError } from "../errors/config-error.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The value of an environment variable, undefined when it is unset or blank.
 * @throws ConfigError when it still holds a `${NAME}` that nothing expanded.
 */
export function readVariable(env: Environment, name: string): string | undefined {
  const value = env[name]?.trim();
  if (value === undefined || value === "") return undefined;
  const unexpanded = /\$\{(\w+)[^}]*\}/.exec(value);
  if (unexpanded !== null) {
    throw new ConfigError(
      `${name} holds an unexpanded variable: set ${unexpanded[1]} where the configuration is expanded, or remove ${name}`,
    );
  }
  return value;
}
