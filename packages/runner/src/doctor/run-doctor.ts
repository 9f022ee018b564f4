import { findBundles, requireBundles } from "../bundles.ts";
import { mcpConfig, serverName } from "../mcp-config.ts";
import type { Role } from "../roles.ts";
import type { DoctorReport, ServerReport } from "./report.ts";
import type { Environment } from "./server-environment.ts";

export interface DoctorOptions {
  readonly role: Role;
  /** Absolute path of the directory that holds the bundles. */
  readonly serversDir: string;
  /** The Node that runs them. */
  readonly node: string;
  /** The host's environment, from which that of the servers is made. */
  readonly env: Environment;
  /** Servers without a bundle are reported as absent, and nothing fails for it. */
  readonly allowMissing: boolean;
  /** Milliseconds until a server must have listed its tools. Default 30,000, which Claude Code gives it (MCP_TIMEOUT). */
  readonly startMs?: number;
  /** Milliseconds that the platform's answers may take after that. Default 30,000. */
  readonly checkMs?: number;
}

/**
 * Starts every server of a role at once, from the very configuration that a host would get, and finds out whether an
 * agent could work with them.
 * @throws RunnerError when a bundle is missing that may not be
 */
export async function runDoctor(options: DoctorOptions): Promise<DoctorReport> {
  const { role, serversDir, node, env, allowMissing, startMs = 30_000, checkMs = 30_000 } = options;
  const { present, missing } = await findBundles(serversDir, role.servers);
  if (!allowMissing) requireBundles(serversDir, missing);
  const { mcpServers } = mcpConfig({ role, domains: present, serversDir, node });
  // The SDK and the tokenizer take longer to load than all else here: nobody else waits for them.
  const { examineServer } = await import("./examine-server.ts");
  const examined = await Promise.all(
    Object.entries(mcpServers).map(([server, entry]) => examineServer(server, entry, { env, startMs, checkMs })),
  );
  const servers = role.servers.map((domain) => {
    const server = serverName(domain);
    return examined.find((report) => report.name === server) ?? absent(server);
  });
  return { role: role.name, servers_dir: serversDir, ok: servers.every(({ state }) => state !== "failing"), servers };
}

function absent(name: string): ServerReport {
  return { name, state: "absent", serving: null, access: null, problems: [] };
}
