import { ConfigError } from "@platform-mcp/client";
import type { OutputMode } from "../result/part.ts";
import { readVariable } from "./variable.ts";

/** How an operator narrows and shapes what a server offers. */
export interface ToolOptions {
  /** Removes every tool that is not a read; wins over every other option. */
  readonly readOnly: boolean;
  /** When set, only these tools exist. */
  readonly allow: ReadonlySet<string> | undefined;
  /** These tools do not exist. */
  readonly deny: ReadonlySet<string>;
  /** Lets calls name another project than the one the server is bound to. */
  readonly crossProject: boolean;
  /** Asks a person before a call that destroys something or changes what is live. */
  readonly confirm: boolean;
  readonly output: OutputMode;
  /** Tokens that one result may cost. */
  readonly resultTokens: number;
}

type Env = Readonly<Record<string, string | undefined>>;

/** Reads the options from the environment; empty means unset. @throws ConfigError naming the variable and what it may be. */
export function readToolOptions(env: Env): ToolOptions {
  return {
    readOnly: flag(env, "PLATFORM_READ_ONLY"),
    allow: names(env, "PLATFORM_TOOLS_ALLOW"),
    deny: names(env, "PLATFORM_TOOLS_DENY") ?? new Set(),
    crossProject: flag(env, "PLATFORM_CROSS_PROJECT"),
    confirm: confirmed(env),
    output: outputMode(env),
    resultTokens: resultTokens(env),
  };
}

function flag(env: Env, variable: string): boolean {
  const text = readVariable(env, variable)?.toLowerCase();
  if (text === undefined || text === "0" || text === "false") return false;
  if (text === "1" || text === "true") return true;
  // A narrowing that is misspelt must not widen what an agent can do, so it is refused rather than guessed.
  throw new ConfigError(`${variable} must be 1 or 0, not ${JSON.stringify(text)}.`);
}

/** Names that no tool has are kept: the servers of a role share their environment, and each knows its own tools only. */
function names(env: Env, variable: string): ReadonlySet<string> | undefined {
  const list = readVariable(env, variable)
    ?.split(/[\s,]+/)
    .filter((name) => name !== "");
  if (list?.every((name) => /^[a-z][a-z0-9_]*$/.test(name)) === false || list?.length === 0) {
    throw new ConfigError(`${variable} must be names of tools, separated by commas.`);
  }
  return list && new Set(list);
}

function confirmed(env: Env): boolean {
  const text = readVariable(env, "PLATFORM_CONFIRM");
  if (text === undefined || text === "destructive") return text !== undefined;
  throw new ConfigError(`PLATFORM_CONFIRM must be destructive, or not set, not ${JSON.stringify(text)}.`);
}

function outputMode(env: Env): OutputMode {
  const text = readVariable(env, "PLATFORM_MCP_OUTPUT") ?? "text";
  if (text === "text" || text === "structured") return text;
  throw new ConfigError(`PLATFORM_MCP_OUTPUT must be text or structured, not ${JSON.stringify(text)}.`);
}

function resultTokens(env: Env): number {
  const text = readVariable(env, "PLATFORM_MCP_RESULT_TOKENS") ?? "8000";
  const tokens = Number(text);
  if (Number.isInteger(tokens) && tokens >= 1000 && tokens <= 20_000) return tokens;
  throw new ConfigError(
    `PLATFORM_MCP_RESULT_TOKENS must be a whole number from 1000 to 20000, not ${JSON.stringify(text)}.`,
  );
}
