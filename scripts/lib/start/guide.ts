import { dirname, relative, resolve } from "node:path";
import type { ActiveProject } from "@platform-mcp/platform";

interface Guide {
  readonly url: string;
  readonly project: ActiveProject;
  readonly config: string;
  readonly environment: string;
  readonly log: string;
  /** A bundle to look at with the Inspector. */
  readonly bundle: string;
}

/** What a newcomer reads once everything runs: what there is, and how to use it. */
export function guide({ url, project, config, environment, log, bundle }: Guide): string {
  const here = (path: string) => quote(relative(process.env.INIT_CWD ?? process.cwd(), path) || path);
  const load = `set -a; . ${here(environment)}; set +a`;
  const data = dirname(environment);
  const elsewhere = data === resolve(".platform") ? "" : ` --data ${quote(data)}`;
  const address = `${project.owner_name}/${project.name}`;
  return `
Platform   ${url}   (API: ${url}/openapi.json, log: ${here(log)})
Project    ${address}   ${project.id}

Connect Claude Code, in another terminal:
  ${load}
  claude --strict-mcp-config --mcp-config ${here(config)}

Or look at the tools with the MCP Inspector:
  ${load}
  npx --yes @modelcontextprotocol/inspector --cli ${quote(process.execPath)} ${here(bundle)} --method tools/list

Or let an agent work on it, and watch (it needs claude on the PATH here, and ANTHROPIC_API_KEY):
  npx --yes pnpm@12.21.0 platform session start --project ${address}${elsewhere} "Improve the greeting"

Ctrl-C stops the platform and its database.
`;
}

function quote(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
