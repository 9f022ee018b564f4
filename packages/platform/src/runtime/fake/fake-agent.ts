import type { AgentEvents, AgentExit, AgentOutput, AgentPlan, AgentStage } from "../agent.ts";
import type { AgentScript } from "./fake-agents.ts";

const killed: AgentExit = { stage: "agent", kind: "exited", exitCode: null, message: null };

/** One agent: what it has printed is kept, and handed on to whoever is attached. */
export class FakeAgent {
  readonly #stopping = new AbortController();
  readonly #killed = Promise.withResolvers<AgentExit>();
  readonly #output: { readonly stage: AgentStage; readonly chunk: Buffer }[] = [];
  readonly #hasCursors: boolean;
  readonly #ended: Promise<AgentExit>;
  #reader: AgentEvents | undefined;
  #read = 0;
  #reading: Promise<void> = Promise.resolve();

  constructor(plan: AgentPlan, script: AgentScript, hasCursors: boolean) {
    this.#hasCursors = hasCursors;
    const print = async (text: string, stage: AgentStage = "agent") => {
      this.#output.push({ stage, chunk: Buffer.from(text) });
      await this.#handOn();
    };
    const running = (async () => {
      await Promise.resolve();
      const exit = await script({ plan, print, stopping: this.#stopping.signal });
      return { ...killed, exitCode: 0, ...exit };
    })();
    this.#ended = Promise.race([running, this.#killed.promise]);
  }

  /** Hands on what is printed, from the piece with this number on; resolves with the end once all of it was. */
  async attach(events: AgentEvents, from: number): Promise<AgentExit> {
    await this.#reading;
    this.#reader = events;
    this.#read = from;
    await this.#handOn();
    const exit = await this.#ended;
    await this.#handOn();
    return this.#reader === events ? exit : await new Promise(() => {});
  }

  detach(): void {
    this.#reader = undefined;
  }

  stop(): void {
    this.#stopping.abort();
  }

  async kill(): Promise<void> {
    this.#killed.resolve(killed);
    await this.#ended;
  }

  async #handOn(): Promise<void> {
    this.#reading = this.#reading.then(async () => {
      for (let next = this.#next(); next !== undefined; next = this.#next()) await next;
    });
    await this.#reading;
  }

  #next(): Promise<void> | undefined {
    const piece = this.#output[this.#read];
    if (this.#reader === undefined || piece === undefined) return undefined;
    this.#read += 1;
    const output: AgentOutput = { ...piece, cursor: this.#hasCursors ? String(this.#read) : null };
    return this.#reader.output(output);
  }
}
