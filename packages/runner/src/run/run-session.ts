import { readFile } from "node:fs/promises";
import { findBundles, requireBundles } from "../bundles.ts";
import { mcpConfig, serverName } from "../mcp-config.ts";
import type { Domain, Role } from "../roles.ts";
import { startCheckpoints } from "./checkpoints.ts";
import { type ClaudeCommand, claudeArguments } from "./claude-arguments.ts";
import { promptAlone } from "./claude-input.ts";
import { runClaude } from "./claude-process.ts";
import { gitIn } from "./git.ts";
import { Conversation } from "./messages/conversation.ts";
import { followMessages } from "./messages/follow-messages.ts";
import { platformTip } from "./platform-tip.ts";
import { type PrivateFiles, withPrivateFiles } from "./private-files.ts";
import { shownProblems } from "./problems.ts";
import { type SavedWork, saveWork } from "./save-work.ts";
import { sessionEnvironment } from "./session-environment.ts";
import { readSessionSettings, type SessionSettings } from "./session-settings.ts";
import { toolPath } from "./tools.ts";
import { readInstructions, requireClone } from "./workspace.ts";

type Environment = Readonly<Record<string, string | undefined>>;

interface SessionOptions {
  readonly role: Role;
  readonly serversDir: string;
  /** Whether servers of the role that have no bundle are gone without. */
  readonly allowMissing: boolean;
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
export async function runSession(options: SessionOptions): Promise<number> {
  const settings = readSessionSettings(options.env, options.cwd);
  const { present, missing } = await findBundles(options.serversDir, options.role.servers);
  if (!options.allowMissing) requireBundles(options.serversDir, missing);
  else if (missing.length > 0) warn(`goes without ${missing.map(serverName).join(", ")}`);
  return await withPrivateFiles((files) => runIn(files, settings, { ...options, domains: present }));
}

interface RunOptions extends SessionOptions {
  /** The servers of the role that there are. */
  readonly domains: readonly Domain[];
}

async function runIn(files: PrivateFiles, settings: SessionSettings, options: RunOptions): Promise<number> {
  const { role, domains, serversDir, node, command, env } = options;
  const { session, workspace, messages } = settings;
  const sessionEnv = {
    ...(await sessionEnvironment(env, settings, files)),
    // Without it every server would be given the whole environment, the model's key included.
    CLAUDE_CODE_MCP_ALLOWLIST_ENV: "1",
    // What the servers do is noted as this session's.
    ...(env.SESSION_ID?.trim() && { PLATFORM_SESSION_ID: session }),
  };
  const git = gitIn(workspace, sessionEnv);
  const clone = await requireClone(git, workspace);
  const instructions = await readInstructions(git);
  const servers = mcpConfig({ role, domains, serversDir, node });
  const args = claudeArguments({
    command,
    mcpConfig: await files.write("mcp.json", JSON.stringify(servers)),
    servers: domains.map(serverName),
    instructions: instructions && (await files.write("CLAUDE.md", instructions)),
    takesMessages: messages !== undefined,
  });
  const conversation = messages && new Conversation(command.prompt, messages.after);
  const input = conversation ?? promptAlone(command.prompt);
  const following =
    conversation &&
    followMessages({ ...messages, token: () => tokenOf(env), onMessage: (said) => conversation.say(said), warn });
  const before = await platformTip(git, settings.branch);
  const checkpoints = startCheckpoints({ git, session, seconds: settings.checkpointSeconds, warn });
  const program = toolPath(env, "claude");
  const end = await runClaude({ program, args, env: sessionEnv, cwd: workspace, input }).finally(() => {
    following?.stop();
    return checkpoints.stop();
  });
  const after = await platformTip(git, settings.branch);
  const saved = await saveWork(git, settings, { clone, isHurried: end.wasAsked });
  const work = after === before ? saved : withOwnPush(saved, settings.branch, after);
  const problems = shownProblems(work.problems);
  tell({
    session,
    exit_code: end.exitCode,
    ...work,
    problems,
    ...(conversation && { messages: conversation.delivered }),
  });
  return work.saved ? end.exitCode : unsaved;
}

/** What the agent has pushed to its branch by itself counts as well. */
function withOwnPush(work: SavedWork, branch: string, commit: string | undefined): SavedWork {
  if (commit === undefined || work.pushed.some((push) => push.branch === branch)) return work;
  return { ...work, pushed: [{ branch, commit }, ...work.pushed] };
}

async function tokenOf({ PLATFORM_API_TOKEN, PLATFORM_API_TOKEN_FILE }: Environment): Promise<string> {
  const file = PLATFORM_API_TOKEN_FILE?.trim();
  return (file ? await readFile(file, "utf8") : (PLATFORM_API_TOKEN ?? "")).trim();
}

function warn(line: string): void {
  process.stderr.write(`runner: ${line}\n`);
}

interface Done extends SavedWork {
  readonly session: string;
  readonly exit_code: number;
  /** The number of the last message that the agent got. */
  readonly messages?: number;
}

function tell(done: Done): void {
  process.stderr.write(`${JSON.stringify({ type: "runner_result", ...done })}\n`);
}
