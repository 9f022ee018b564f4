import { readFile } from "node:fs/promises";
import { RunnerError } from "../runner-error.ts";

/** What the runner was asked to start. */
export interface ClaudeCommand {
  /** Options for Claude Code, as they were given. */
  readonly options: readonly string[];
  readonly prompt: string;
}

/**
 * Splits the runner's arguments: everything after `--` is the prompt, or else the last argument is. What comes before
 * goes to Claude Code. With a file for the prompt, which no process list shows, all of them are options.
 *
 * @throws RunnerError when there is no prompt
 */
export async function readClaudeCommand(args: readonly string[], promptFile?: string): Promise<ClaudeCommand> {
  if (promptFile !== undefined) return { options: args, prompt: await readPrompt(promptFile) };
  const end = args.indexOf("--");
  const options = end === -1 ? args.slice(0, -1) : args.slice(0, end);
  const prompt = end === -1 ? (args.at(-1) ?? "") : args.slice(end + 1).join(" ");
  if (prompt.trim() === "") {
    throw new RunnerError("usage", "there is no prompt: runner run [CLAUDE OPTIONS] -- PROMPT");
  }
  return { options, prompt };
}

async function readPrompt(path: string): Promise<string> {
  const prompt = await readFile(path, "utf8").catch((error: Error) => {
    throw new RunnerError("configuration", `PROMPT_FILE cannot be read: ${error.message}`);
  });
  if (prompt.trim() === "") throw new RunnerError("usage", `there is no prompt in ${path}`);
  return prompt;
}

/** What may be done without asking, as there is nobody to ask: the agent's container is its boundary, not the prompt. */
const allowed = ["Bash", "Edit", "Write", "NotebookEdit", "Read", "Glob", "Grep", "WebFetch", "Task", "ToolSearch"];

interface ClaudeOptions {
  readonly command: ClaudeCommand;
  /** Path of the servers' configuration. */
  readonly mcpConfig: string;
  /** Names of the servers. */
  readonly servers: readonly string[];
  /** Path of the repository's own instructions, if it has any. */
  readonly instructions: string | undefined;
  /** Whether standard input brings lines of JSON instead of the prompt alone. */
  readonly takesMessages: boolean;
}

/**
 * The arguments of Claude Code. The prompt is not among them: it goes to standard input, where it may begin with `-` and
 * be as long as it likes, and no process list shows it.
 *
 * What a repository brings to configure agents is never executed: `--strict-mcp-config` ignores its `.mcp.json`, and
 * without `project` and `local` among the setting sources its `.claude` settings, with their hooks, environment and
 * helpers, are not read (measured with Claude Code 2.1.330).
 */
export function claudeArguments(settings: ClaudeOptions): string[] {
  const { command, mcpConfig, servers, instructions, takesMessages } = settings;
  const { options } = command;
  const decidesPermissions = options.some((option) =>
    /^--(?:permission-mode|dangerously-skip-permissions)\b/.test(option),
  );
  return [
    ...["--print", "--output-format", "stream-json", "--verbose"],
    ...(takesMessages ? ["--input-format", "stream-json"] : []),
    ...(decidesPermissions ? [] : ["--permission-mode", "dontAsk"]),
    `--allowedTools=${[...allowed, ...servers.map((server) => `mcp__${server}`)].join(",")}`,
    ...(instructions === undefined ? [] : ["--append-system-prompt-file", instructions]),
    ...withoutOwn(options),
    // Last: where an option is given twice, the last one counts.
    ...["--setting-sources", "user", "--strict-mcp-config", `--mcp-config=${mcpConfig}`],
  ];
}

/** Options that the runner decides, with the number of values they take. */
const own = new Map([
  ["--print", 0],
  ["-p", 0],
  ["--verbose", 0],
  ["--strict-mcp-config", 0],
  ["--output-format", 1],
  ["--input-format", 1],
  ["--setting-sources", 1],
  ["--mcp-config", Number.POSITIVE_INFINITY],
]);

/** Leaves out what the runner decides itself, also the configuration files that older platforms name. */
function withoutOwn(options: readonly string[]): string[] {
  const kept: string[] = [];
  let values = 0;
  for (const option of options) {
    const isValue = !option.startsWith("-");
    if (isValue && values > 0) {
      values--;
      continue;
    }
    values = isValue ? 0 : (own.get(option) ?? 0);
    const [name = ""] = option.split("=", 1);
    if (isValue || !own.has(name)) kept.push(option);
  }
  return kept;
}
