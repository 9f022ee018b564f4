import type { ServerEntry } from "../mcp-config.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** What Claude Code gives every server when `CLAUDE_CODE_MCP_ALLOWLIST_ENV` is on, besides the server's own `env`. */
const baseline = ["HOME", "PATH"];

/** The whole environment that a host such as Claude Code gives a server, and nothing else of the host's own. */
export function serverEnvironment(entry: ServerEntry, host: Environment): Record<string, string> {
  const inherited = baseline.flatMap((name) => {
    const value = host[name];
    return value === undefined ? [] : [[name, value]];
  });
  const own = Object.entries(entry.env).map(([name, value]) => [name, expandVariables(value, host)]);
  return Object.fromEntries([...inherited, ...own]);
}

/**
 * Expands `${NAME}` and `${NAME:-default}` as Claude Code 2.1.330 does, which was measured: an empty variable is a set
 * one, and a reference to an unset one without a default stays as it stands.
 */
export function expandVariables(text: string, host: Environment): string {
  return text.replace(
    /\$\{([^}]+?)(?::-([^}]*))?\}/g,
    (reference, name: string, fallback: string | undefined) => host[name] ?? fallback ?? reference,
  );
}
