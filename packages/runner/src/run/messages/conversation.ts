import { randomUUID } from "node:crypto";
import type { Writable } from "node:stream";
import type { ClaudeInput, OutputLine } from "../claude-input.ts";
import type { Message } from "./follow-messages.ts";

/** Milliseconds that Claude Code may be silent after a result, when it should go on with a message that it has. */
const patience = 10_000;

/**
 * What is said to Claude Code on its standard input (`--input-format stream-json`): the prompt, and messages that come
 * while it runs, which it takes up between two calls of tools, or after its answer as another turn. Once it has answered
 * and nothing is left to say, the input is closed, and it ends.
 *
 * It acknowledges what has a `uuid` by `command_lifecycle` lines, `completed` or `cancelled` being the last; several
 * messages may become one turn with one `result` (measured with Claude Code 2.1.330). A version that acknowledges
 * nothing is given the end of its input at the first result; what it was told before, it still takes up.
 */
export class Conversation implements ClaudeInput {
  readonly watches = { types: ["result", "command_lifecycle"], onLine: (line: OutputLine) => this.#read(line) };
  readonly #prompt: string;
  readonly #open = new Map<string, number | undefined>();
  #stdin: Writable | undefined;
  #isAcknowledged = false;
  #hasAnswered = false;
  #timer: NodeJS.Timeout | undefined;
  #delivered: number;

  /** @param after the number of the prompt's event */
  constructor(prompt: string, after: number) {
    this.#prompt = prompt;
    this.#delivered = after;
  }

  /** The number of the last message that Claude Code has taken up; where it does not say, that was written to it. */
  get delivered(): number {
    return this.#delivered;
  }

  begin(stdin: Writable): void {
    this.#stdin = stdin;
    this.#write(this.#prompt, undefined);
  }

  /** Says something to it while it runs; without effect once its input is closed. */
  say({ text, number }: Message): void {
    if (this.#stdin?.writable) this.#write(text, number);
  }

  #write(text: string, number: number | undefined): void {
    const uuid = randomUUID();
    this.#open.set(uuid, number);
    this.#stdin?.write(`${JSON.stringify({ type: "user", uuid, message: { role: "user", content: text } })}\n`);
  }

  #read(line: OutputLine): void {
    clearTimeout(this.#timer);
    if (line.type === "result") this.#hasAnswered = true;
    else this.#acknowledge(String(line.command_uuid), line.state);
    if (!this.#hasAnswered) return;
    if (!this.#isAcknowledged) for (const number of this.#open.values()) this.#deliver(number);
    if (this.#open.size === 0 || !this.#isAcknowledged) this.#stdin?.end();
    else if (line.state !== "started") this.#timer = setTimeout(() => this.#stdin?.end(), patience).unref();
  }

  #acknowledge(uuid: string, state: unknown): void {
    if (!this.#open.has(uuid)) return;
    this.#isAcknowledged = true;
    if (state === "queued") return;
    this.#deliver(this.#open.get(uuid));
    if (state !== "started") this.#open.delete(uuid);
  }

  #deliver(number: number | undefined): void {
    this.#delivered = Math.max(this.#delivered, number ?? 0);
  }
}
