import type { LogWriter } from "../../pipelines/logs/log-writer.ts";
import { SecretFinder } from "../../pipelines/logs/secret-finder.ts";
import { SecretMasker } from "../../pipelines/logs/secret-masker.ts";
import type { AgentOutput, AgentStage } from "../../runtime/agent.ts";
import type { NewEvent } from "../append-event.ts";
import { SessionOutput } from "../events/session-output.ts";
import { maskTokens } from "./mask-tokens.ts";

/** What is kept of a session at one moment; all of it, or nothing. */
export interface Progress {
  readonly events: readonly NewEvent[];
  /** Where to go on reading, and in the log, after what these events were made of; null where that is not possible. */
  readonly cursor: string | null;
  readonly logBytes: number;
}

interface RecorderOptions {
  /** Called before anything is written; undefined when there can be no log. Never rejects. */
  readonly openLog: () => Promise<LogWriter | undefined>;
  /** Values that must not show. */
  readonly hidden: readonly string[];
  /** As of the runtime. */
  readonly keepsRescued: boolean;
  /** Keeps progress, however long that takes; rejects when nothing more is to be kept. */
  readonly keep: (progress: Progress) => Promise<void>;
  /** Told why nothing more is kept. */
  readonly onError: (error: unknown) => void;
}

/** How long events may wait for others to be kept with them, and a cursor alone, in milliseconds. */
const EVENTS_WAIT = 100;
const CURSOR_WAIT = 2_000;
/** Events that are not kept waiting. */
const MOST_WAITING = 200;
/** Bytes of the end of what was printed that are remembered. */
const TAIL = 2_000;

/**
 * Keeps what a session's processes print: as it came, without secrets, in the log, and as events with the place up to
 * which that was read. Whoever goes on from such a place later adds what follows, and nothing twice.
 */
export class OutputRecorder {
  /** What the output has told. */
  readonly output: SessionOutput;
  readonly #options: RecorderOptions;
  readonly #masker: SecretMasker;
  /** One piece after another. */
  #queue: Promise<void> = Promise.resolve();
  #log: Promise<LogWriter | undefined> | undefined;
  #stage: AgentStage = "clone";
  #tail = Buffer.alloc(0);
  #events: NewEvent[] = [];
  #cursor: string | null = null;
  #keptCursor: string | null = null;
  #timer: NodeJS.Timeout | undefined;
  #isSoon = false;
  #isOver = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#masker = new SecretMasker(new SecretFinder(options.hidden));
    this.output = new SessionOutput({ secrets: options.hidden, keepsRescued: options.keepsRescued });
  }

  /** The end of what the last stage has printed. */
  get tail(): string {
    return this.#tail.toString().trim();
  }

  /** Takes what was printed; resolves when there is room for more. Never rejects. */
  readonly take = async (output: AgentOutput): Promise<void> => {
    await this.#next(() => this.#take(output));
  };

  /** Takes what has come as all there is, though its last line may not have ended. */
  async drain(): Promise<void> {
    await this.#next(async () => {
      await this.#add(this.#masker.end());
      this.#events.push(...this.output.end());
    });
  }

  /** Keeps what has come, up to the end of a line where somebody is to go on from there. Never rejects. */
  async keep(): Promise<void> {
    await this.#next(() => this.#keepIfWhole());
  }

  /** Keeps all that has come, and closes the log with these notes. */
  async finish(...notes: readonly string[]): Promise<void> {
    await this.drain();
    await this.#next(() => this.#keep());
    await this.close(notes);
  }

  /** Takes no more, and closes the log; what has not been kept by now is not. */
  async close(notes: readonly string[] = []): Promise<void> {
    this.#isOver = true;
    clearTimeout(this.#timer);
    await this.#queue;
    if (notes.length > 0) this.#log ??= this.#options.openLog();
    const log = await this.#log;
    for (const note of notes) await log?.note(note);
    await log?.close();
  }

  async #next(work: () => Promise<void>): Promise<void> {
    this.#queue = this.#queue.then(async () => {
      if (this.#isOver) return;
      await work().catch((error: unknown) => {
        this.#isOver = true;
        this.#options.onError(error);
      });
    });
    await this.#queue;
  }

  async #take({ stage, chunk, cursor }: AgentOutput): Promise<void> {
    if (stage !== this.#stage) {
      await this.#add(this.#masker.end());
      this.#tail = Buffer.alloc(0);
      this.#stage = stage;
    }
    await this.#add(this.#masker.write(chunk));
    this.#cursor = cursor;
    if (this.#events.length >= MOST_WAITING) await this.#keepIfWhole();
    else this.#schedule();
  }

  async #add(bytes: Buffer): Promise<void> {
    if (bytes.length === 0) return;
    const masked = maskTokens(bytes);
    this.#log ??= this.#options.openLog();
    await (await this.#log)?.write(masked);
    this.#events.push(...this.output.push(masked, this.#stage));
    this.#tail = Buffer.concat([this.#tail, masked]).subarray(-TAIL);
  }

  /** Sees to it that what waits is kept soon: a cursor alone, which saves reading again, less soon than events. */
  #schedule(): void {
    const hasEvents = this.#events.length > 0;
    if (!hasEvents && this.#cursor === this.#keptCursor) return;
    if (this.#timer !== undefined && (this.#isSoon || !hasEvents)) return;
    clearTimeout(this.#timer);
    this.#isSoon = hasEvents;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        void this.keep();
      },
      hasEvents ? EVENTS_WAIT : CURSOR_WAIT,
    );
  }

  /** A place in the middle of a line is none to go on from. */
  async #keepIfWhole(): Promise<void> {
    if (this.#cursor !== null && (this.#masker.isHolding || this.output.isHolding)) return;
    await this.#keep();
  }

  async #keep(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const cursor = this.#cursor;
    if (this.#events.length === 0 && cursor === this.#keptCursor) return;
    const logBytes = cursor === null ? 0 : ((await (await this.#log)?.flush()) ?? 0);
    const events = this.#events.splice(0);
    await this.#options.keep({ events, cursor, logBytes });
    this.#keptCursor = cursor;
  }
}
