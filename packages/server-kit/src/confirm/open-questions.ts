import { randomUUID } from "node:crypto";

/** Questions that are remembered; a host that leaves more of them open is asked anew. */
const mostOpen = 100;

/** A question to a person that a call waits for. */
export class OpenQuestion {
  readonly text: string;
  /** What the host brings back with the answer. */
  readonly state: string;

  constructor(text: string, state: string) {
    this.text = text;
    this.state = state;
  }
}

/**
 * The questions that this server has put and that were not answered yet. What a host brings back names one of them and
 * holds nothing else, so that an answer counts once, and for the very call and question that it was given to.
 */
export class OpenQuestions {
  readonly #subjects = new Map<string, string>();

  /** @param subject what exactly is agreed to: the call, and what the person was told of it */
  ask(text: string, subject: string): OpenQuestion {
    const state = randomUUID();
    this.#subjects.set(state, subject);
    const [oldest] = this.#subjects.keys();
    if (oldest !== undefined && this.#subjects.size > mostOpen) this.#subjects.delete(oldest);
    return new OpenQuestion(text, state);
  }

  /** Closes a question, and tells whether it was about this. */
  settle(state: string | undefined, subject: string): boolean {
    if (state === undefined) return false;
    const asked = this.#subjects.get(state);
    this.#subjects.delete(state);
    return asked === subject;
  }
}
