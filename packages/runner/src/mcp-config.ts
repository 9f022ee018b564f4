import { join } from "node:path";
import type { Domain, Role } from "./roles.ts";

/** A server's entry in `.mcp.json`, as Claude Code reads it. */
export interface ServerEntry {
  readonly type: "stdio";
  readonly command: string;
  readonly args: readonly string[];
  /** Values refer to the host's environment as `${NAME:-default}`, so that no secret is written to disk. */
  readonly env: Readonly<Record<string, string>>;
  /** The model sees this server's tools from the start, instead of having to search for them. */
  readonly alwaysLoad?: true;
}

/** The content of an `.mcp.json`. */
export interface McpConfig {
  readonly mcpServers: Readonly<Record<string, ServerEntry>>;
}

export interface McpConfigOptions {
  readonly role: Role;
  /** The servers to write entries for, of those that the role has. */
  readonly domains: readonly Domain[];
  /** Absolute path of the directory that holds the bundles. */
  readonly serversDir: string;
  /** The Node that runs them: a path, or a name to look up in PATH. */
  readonly node: string;
}

/** Everything that a server reads from its environment: a host that lists what servers get gives them nothing else. */
const serverVariables = [
  "PLATFORM_API_URL",
  "PLATFORM_API_TOKEN",
  "PLATFORM_API_TOKEN_FILE",
  "PROJECT_ID",
  "PLATFORM_SESSION_ID",
  "PLATFORM_READ_ONLY",
  "PLATFORM_TOOLS_ALLOW",
  "PLATFORM_TOOLS_DENY",
  "PLATFORM_CROSS_PROJECT",
  "PLATFORM_CONFIRM",
  "PLATFORM_MCP_OUTPUT",
  "PLATFORM_MCP_RESULT_TOKENS",
  "PLATFORM_DOWNLOAD_DIR",
  "HTTP_PROXY",
  "HTTPS_PROXY",
  "NO_PROXY",
  "http_proxy",
  "https_proxy",
  "no_proxy",
  "NODE_EXTRA_CA_CERTS",
  "NODE_COMPILE_CACHE",
] as const;

/** The name by which a host knows the server of a domain. */
export function serverName(domain: Domain): string {
  return `platform-${domain}`;
}

/** The path of a server's bundle. */
export function bundlePath(serversDir: string, domain: Domain): string {
  return join(serversDir, `${serverName(domain)}.js`);
}

/** The `.mcp.json` of a role. */
export function mcpConfig({ role, domains, serversDir, node }: McpConfigOptions): McpConfig {
  const defaults: Readonly<Record<string, string>> = role.defaults;
  // Without a default a host passes the reference on as it stands; servers take an empty value as none.
  const env = Object.fromEntries(serverVariables.map((name) => [name, `\${${name}:-${defaults[name] ?? ""}}`]));
  const entries = domains.map((domain): [string, ServerEntry] => [
    serverName(domain),
    {
      type: "stdio",
      command: node,
      args: [bundlePath(serversDir, domain)],
      env,
      ...(role.hot.includes(domain) ? { alwaysLoad: true } : {}),
    },
  ]);
  return { mcpServers: Object.fromEntries(entries) };
}
