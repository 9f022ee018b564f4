import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { McpConfig } from "@platform-mcp/runner";

/** What an agent's servers need to know; the token is a secret. */
export interface AgentEnvironment {
  readonly PLATFORM_API_URL: string;
  readonly PLATFORM_API_TOKEN: string;
  readonly PROJECT_ID: string;
}

const ownerOnly = 0o600;

/** The files that connect a host: `mcp.json`, which refers to variables, and `agent.env`, which holds them. */
export function agentFiles(dataDirectory: string) {
  const config = join(dataDirectory, "mcp.json");
  const environment = join(dataDirectory, "agent.env");
  return {
    config,
    environment,
    /** The token that an earlier start left, if it did. */
    async knownToken(): Promise<string | undefined> {
      const text = await readFile(environment, "utf8").catch(() => "");
      return /^PLATFORM_API_TOKEN=(\S+)$/m.exec(text)?.[1];
    },
    async write(mcpConfig: McpConfig, variables: AgentEnvironment): Promise<void> {
      const lines = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
      await writePrivately(
        environment,
        `# Written by start. Holds a secret: keep it to yourself.\n${lines.join("\n")}\n`,
      );
      await writePrivately(config, `${JSON.stringify(mcpConfig, null, 2)}\n`);
    },
  };
}

/** Under another name first: a reader sees the old file or the new one, and at no moment can others read it. */
async function writePrivately(path: string, content: string): Promise<void> {
  const draft = `${path}.${process.pid}`;
  await writeFile(draft, content, { mode: ownerOnly });
  await chmod(draft, ownerOnly);
  await rename(draft, path);
}
