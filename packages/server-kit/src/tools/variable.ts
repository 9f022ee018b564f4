import { ConfigError } from "@platform-mcp/client";

/** A variable's value; undefined when it is unset or empty. @throws ConfigError when it was not expanded */
export function readVariable(env: Readonly<Record<string, string | undefined>>, variable: string): string | undefined {
  const text = env[variable]?.trim();
  if (text === undefined || text === "") return undefined;
  if (/^\$\{.*\}$/.test(text))
    throw new ConfigError(`${variable} is ${text}: a variable that was not expanded. Set it, or remove it.`);
  return text;
}
