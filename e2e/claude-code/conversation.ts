import type { Hands } from "../../scripts/lib/demo/hands.ts";
import type { RecordedRequest, ScriptedTurn } from "./messages-api.ts";

/**
 * Hands that act through Claude Code: each act is the model's next turn, and its result is what the following request to
 * the Messages API carries.
 */
export class Conversation {
  readonly #turns = new Promises<ScriptedTurn>();
  readonly #requests = new Promises<RecordedRequest>();
  #next = 0;

  /** What the Messages API answers: a turn as soon as there is one; the same turn to the same request. */
  readonly script = (request: RecordedRequest): Promise<ScriptedTurn> => {
    this.#requests.at(request.turn).resolve(request);
    return this.#turns.at(request.turn).promise;
  };

  readonly hands: Hands = {
    tool: (server, name, args = {}) => this.#use(`mcp__${server}__${name}`, args),
    shell: (command) => this.#use("Bash", { command, description: "work in the clone" }),
    say: () => {},
  };

  /** The model's last words. */
  finish(): void {
    this.#turns.at(this.#next).resolve({ say: "done" });
  }

  async #use(tool: string, input: Readonly<Record<string, unknown>>): Promise<string> {
    this.#turns.at(this.#next++).resolve({ use: [{ tool, input: { ...input } }] });
    const { toolResults } = await this.#requests.at(this.#next).promise;
    const [result] = toolResults;
    if (result === undefined) throw new Error(`${tool}: the host sent no result`);
    if (result.isError) throw new Error(result.text);
    return result.text;
  }
}

/** Promises by number, made when they are first asked for. */
class Promises<T> {
  readonly #known = new Map<number, PromiseWithResolvers<T>>();

  at(index: number): PromiseWithResolvers<T> {
    const known = this.#known.get(index) ?? Promise.withResolvers<T>();
    this.#known.set(index, known);
    return known;
  }
}
