import type { AgentStage } from "../../runtime/agent.ts";
import type { NewEvent } from "../append-event.ts";
import { agentResult, tokensOf } from "./agent-result.ts";
import { conversationEvents, conversationLine } from "./conversation-events.ts";
import { type OutputLine, OutputLines } from "./output-lines.ts";
import { type RunnerResult, readRunnerResult, runnerEvents } from "./runner-result.ts";
import { ShownText } from "./shown-text.ts";
import { systemEvents, systemLine } from "./system-events.ts";

/** The longest line that is understood, in characters. One with a picture may be longer. */
const longestLine = 2_097_152;
/** What is kept of a line that is only shown. */
const shownLine = 2000;
/** Events that the output of one session may become: beyond them, it is in the kept output only. */
const mostEvents = 20_000;
/** Of them, lines of setup commands and of standard error. */
const mostLines = 5000;

interface Options {
  /** Values that must not show. */
  readonly secrets?: readonly string[];
  /** Whether what could not be pushed is where the runner says; true by default. */
  readonly keepsRescued?: boolean;
}

/**
 * Makes events of what a session's processes print, and learns from it how the session went. The same bytes give the
 * same events, however they are divided into chunks. Nothing in them makes it fail, and what it keeps is bounded.
 */
export class SessionOutput {
  readonly #shown: ShownText;
  readonly #keepsRescued: boolean;
  readonly #lines = new OutputLines(longestLine);
  #stage: AgentStage = "clone";
  #eventsLeft = mostEvents;
  #linesLeft = mostLines;
  #hasBegun = false;
  #summary: { readonly text: string; readonly isError: boolean } | undefined;
  #turns: number | null = null;
  #costUsd: number | null = null;
  #costTokens: number | null = null;
  #runner: RunnerResult | undefined;

  constructor({ secrets = [], keepsRescued = true }: Options = {}) {
    this.#keepsRescued = keepsRescued;
    this.#shown = new ShownText(secrets);
  }

  /** The agent's last words, or why it did not come to them; undefined while it has not ended a turn. */
  get summary(): { readonly text: string; readonly isError: boolean } | undefined {
    return this.#summary;
  }

  /** Null while the agent has told none of them. */
  get turns(): number | null {
    return this.#turns;
  }

  get costUsd(): number | null {
    return this.#costUsd;
  }

  get costTokens(): number | null {
    return this.#costTokens;
  }

  /** What the runner has said about the work; undefined until it has. */
  get runner(): RunnerResult | undefined {
    return this.#runner;
  }

  /** Whether the beginning of a line is kept whose rest has not come: reading on from here would lose it. */
  get isHolding(): boolean {
    return this.#lines.isHolding;
  }

  /** Takes output as it came. A stage ends where the next begins. */
  push(chunk: Uint8Array, stage: AgentStage): readonly NewEvent[] {
    const ended = stage === this.#stage ? [] : this.end();
    this.#stage = stage;
    return [...ended, ...this.#events(this.#lines.push(chunk))];
  }

  /** Takes what is left without an end of its line. */
  end(): readonly NewEvent[] {
    return this.#events(this.#lines.end());
  }

  #events(lines: readonly OutputLine[]): readonly NewEvent[] {
    return lines.flatMap((line) => this.#bounded(this.#read(line)));
  }

  #bounded(events: readonly NewEvent[]): readonly NewEvent[] {
    if (this.#eventsLeft <= 0) return [];
    const kept = events.slice(0, this.#eventsLeft);
    this.#eventsLeft -= kept.length;
    return this.#eventsLeft > 0 ? kept : [...kept, leftOut("what follows")];
  }

  #read({ text, omitted }: OutputLine): readonly NewEvent[] {
    if (this.#stage !== "agent") return this.#plain("setup", text, omitted);
    if (!text.startsWith("{")) return this.#plain("error", text, omitted);
    if (omitted > 0) {
      const length = text.length + omitted;
      return [{ kind: "error", message: `A line of ${length} characters is too long to be looked at` }];
    }
    const parsed = parseObject(text);
    return parsed === undefined ? this.#plain("error", text, omitted) : this.#known(parsed);
  }

  #known(line: object): readonly NewEvent[] {
    const { data: said } = conversationLine.safeParse(line);
    if (said !== undefined) return conversationEvents(said, this.#shown);
    const { data: system } = systemLine.safeParse(line);
    if (system?.subtype === "init") {
      // It says so again for each turn.
      if (this.#hasBegun) return [];
      this.#hasBegun = true;
    }
    if (system !== undefined) return systemEvents(system, this.#shown);
    const runner = readRunnerResult(line, this.#shown);
    if (runner !== undefined) {
      this.#runner = this.#keepsRescued ? runner : { ...runner, bundle: undefined };
      return runnerEvents(this.#runner);
    }
    return this.#learn(line);
  }

  #learn(line: object): readonly NewEvent[] {
    const { data: result } = agentResult.safeParse(line);
    if (result === undefined) return [];
    const { result: words, errors, is_error: isError, total_cost_usd: cost } = result;
    const text = this.#shown.text(words ?? errors.join("\n"), 32_000);
    this.#summary = { text, isError };
    this.#turns = Math.min((this.#turns ?? 0) + result.num_turns, 1_000_000);
    this.#costUsd = cost ?? this.#costUsd;
    this.#costTokens = Math.max(this.#costTokens ?? 0, tokensOf(result));
    return isError ? [{ kind: "error", message: text || "The agent did not come to an end" }] : [];
  }

  /** Output that is shown as it is. */
  #plain(kind: "setup" | "error", text: string, omitted: number): readonly NewEvent[] {
    // What was overwritten, as by a progress bar, is not shown.
    const visible = text.slice(text.lastIndexOf("\r") + 1);
    if (visible.trim() === "" || this.#linesLeft <= 0) return [];
    this.#linesLeft--;
    const more = omitted > 0 ? "…" : "";
    const event = { kind, message: `${this.#shown.text(visible, shownLine)}${more}` } as const;
    return this.#linesLeft > 0 ? [event] : [event, leftOut("further lines like it")];
  }
}

function leftOut(what: string): NewEvent {
  return { kind: "milestone", message: `There is a lot of output: ${what} can be seen in the session's output only` };
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
