import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBundles, requireBundles } from "../bundles.ts";
import { mcpConfig, serverName } from "../mcp-config.ts";
import type { Role } from "../roles.ts";
import { startCheckpoints } from "./checkpoints.ts";
import { type ClaudeCommand, claudeArguments } from "./claude-arguments.ts";
import { runClaude } from "./claude-process.ts";
import { gitIn } from "./git.ts";
import { gitConfiguration } from "./git-configuration.ts";
import { type SavedWork, saveWork } from "./save-work.ts";
import { readSessionSettings } from "./session-settings.ts";
import { readInstructions, requireClone } from "./workspace.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface SessionOptions {
  readonly role: Role;
  readonly serversDir: string;
  readonly node: string;
  readonly command: ClaudeCommand;
  readonly env: Environment;
  readonly cwd: string;
}

/** The work could not be saved on the platform. */
const unsaved = 70;

/**
 * Runs Claude Code with a role's servers in a clone, and saves what it made whatever becomes of it: checkpoints while it
 * runs, a push of everything afterwards. One line of JSON on stderr says what was done.
 * @returns Claude Code's exit code, or 70 when work is left that could not be pushed
 * @throws RunnerError before anything is started
 */
export async function runSession({ role, serversDir, node, command, env, cwd }: SessionOptions): Promise<number> {
  const settings = readSessionSettings(env, cwd);
  const { session, workspace } = settings;
  requireBundles(serversDir, (await findBundles(serversDir, role.servers)).missing);
  const directory = await mkdtemp(join(tmpdir(), "runner-session-"));
  try {
    const files = privateFiles(directory);
    const identity = { name: `agent ${session}`, email: `agent-${session}@agents.invalid` };
    const platformUrl = env.PLATFORM_API_URL?.trim() || "http://127.0.0.1:8080";
    const configuration = gitConfiguration({ identity, workspace, platformUrl });
    const sessionEnv = {
      ...env,
      GIT_CONFIG_GLOBAL: await files.write("gitconfig", configuration),
      GIT_TERMINAL_PROMPT: "0",
      // Without it every server would be given the whole environment, the model's key included.
      CLAUDE_CODE_MCP_ALLOWLIST_ENV: "1",
    };
    const git = gitIn(workspace, sessionEnv);
    await requireClone(git, workspace);
    const instructions = await readInstructions(git);
    const servers = mcpConfig({ role, domains: role.servers, serversDir, node });
    const args = claudeArguments({
      command,
      mcpConfig: await files.write("mcp.json", JSON.stringify(servers)),
      servers: role.servers.map(serverName),
      instructions: instructions && (await files.write("CLAUDE.md", instructions)),
    });
    const promptFile = await files.write("prompt", command.prompt);
    const checkpoints = startCheckpoints({ git, session, seconds: settings.checkpointSeconds, warn });
    const end = await runClaude({ program: "claude", args, env: sessionEnv, cwd: workspace, promptFile }).finally(() =>
      checkpoints.stop(),
    );
    const work = await saveWork(git, settings);
    tell({ session, exit_code: end.exitCode, ...work });
    return work.saved ? end.exitCode : unsaved;
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** Files that nobody else can read, for the time of a session. */
function privateFiles(directory: string) {
  return {
    async write(name: string, content: string): Promise<string> {
      const path = join(directory, name);
      await writeFile(path, content, { mode: 0o600 });
      return path;
    },
  };
}

function warn(line: string): void {
  process.stderr.write(`runner: ${line}\n`);
}

function tell(done: SavedWork & { readonly session: string; readonly exit_code: number }): void {
  process.stderr.write(`${JSON.stringify({ type: "runner_result", ...done })}\n`);
}
