interface Waiting {
  readonly key: string;
  readonly start: () => void;
}

/**
 * Lets work on the same thing happen one at a time, in the order in which it came, and only so much in all at once.
 * For writes that need a second database connection beside their own: those that wait here hold none yet.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #busy = new Set<string>();
  readonly #waiting: Waiting[] = [];

  constructor(atOnce: number) {
    this.#atOnce = atOnce;
  }

  /** Does the work when it is its turn. */
  async take<T>(key: string, work: () => Promise<T>): Promise<T> {
    await new Promise<void>((start) => {
      this.#waiting.push({ key, start });
      this.#startNext();
    });
    try {
      return await work();
    } finally {
      this.#busy.delete(key);
      this.#startNext();
    }
  }

  #startNext(): void {
    while (this.#busy.size < this.#atOnce) {
      const next = this.#waiting.findIndex(({ key }) => !this.#busy.has(key));
      const [waiting] = next === -1 ? [] : this.#waiting.splice(next, 1);
      if (waiting === undefined) return;
      this.#busy.add(waiting.key);
      waiting.start();
    }
  }
}
