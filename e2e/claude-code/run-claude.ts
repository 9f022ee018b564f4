import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runInGroup, tail } from "./process-group.ts";

export interface ClaudeOptions {
  /** Path of the binary. */
  readonly binary: string;
  readonly prompt: string;
  /** Path of an `.mcp.json`: the only servers of the session. */
  readonly mcpConfig: string;
  /** Base URL of the Messages API. */
  readonly apiUrl: string;
  /** Working directory of the session. */
  readonly cwd: string;
  /** Variables that the servers' configuration refers to, or that steer the host. Nothing is inherited but PATH. */
  readonly env?: Readonly<Record<string, string>>;
  /** Permission rules such as `mcp__server` or `mcp__server__tool`. */
  readonly allowedTools?: readonly string[];
  /**
   * Leaves the built-in tools and tool search on, as in an ordinary session: the model then gets names of MCP tools only.
   * Default false: the MCP tools' definitions go into each request, and no other tool exists.
   */
  readonly toolSearch?: boolean;
  /** The built-in tools that exist without tool search, such as `Bash`. */
  readonly builtInTools?: readonly string[];
  readonly extraArgs?: readonly string[];
  /** Milliseconds until the run is killed. Default 60,000. */
  readonly deadlineMs?: number;
}

/** One line of the stream-json output. */
export type ClaudeEvent = Readonly<Record<string, unknown>>;

export interface ClaudeResult {
  /** Null when a signal ended Claude Code. */
  readonly exitCode: number | null;
  readonly events: readonly ClaudeEvent[];
  readonly stderr: string;
}

/**
 * Runs one headless session of Claude Code with an empty home, and ends every process of it.
 * Rejects when it is not done by the deadline, or prints what is not stream-json.
 */
export async function runClaude(options: ClaudeOptions): Promise<ClaudeResult> {
  const home = await mkdtemp(join(tmpdir(), "claude-home-"));
  try {
    const { exitCode, stdout, stderr } = await runInGroup(options.binary, claudeArgs(options), {
      cwd: options.cwd,
      env: {
        PATH: process.env.PATH,
        HOME: home,
        TMPDIR: home,
        ANTHROPIC_BASE_URL: options.apiUrl,
        ANTHROPIC_API_KEY: "not-a-real-key",
        CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
        // Without it every server is given the whole environment, the API key included.
        CLAUDE_CODE_MCP_ALLOWLIST_ENV: "1",
        ...(options.toolSearch !== true && { ENABLE_TOOL_SEARCH: "false" }),
        ...options.env,
      },
      deadlineMs: options.deadlineMs ?? 60_000,
    });
    return { exitCode, events: parseEvents(stdout, stderr), stderr };
  } finally {
    await rm(home, { recursive: true, force: true, maxRetries: 3 });
  }
}

function claudeArgs({ prompt, mcpConfig, allowedTools = [], toolSearch = false, ...options }: ClaudeOptions) {
  const { builtInTools = [], extraArgs = [] } = options;
  return [
    "--print",
    ...["--output-format", "stream-json", "--verbose"],
    ...["--strict-mcp-config", `--mcp-config=${mcpConfig}`],
    ...(allowedTools.length > 0 ? [`--allowedTools=${allowedTools.join(",")}`] : []),
    ...(toolSearch ? [] : ["--tools", builtInTools.join(",")]),
    ...extraArgs,
    // Some options take any number of values, and would take the prompt as one more.
    ...["--", prompt],
  ];
}

function parseEvents(stdout: string, stderr: string): ClaudeEvent[] {
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => {
      const event: unknown = parseJson(line);
      if (!isEvent(event)) throw new Error(`Claude Code printed no stream-json: ${line}\n${tail(stderr)}`);
      return event;
    });
}

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function isEvent(value: unknown): value is ClaudeEvent {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
