/** Counts what is under way. */
export class InFlight {
  #count = 0;
  readonly #waiting = new Set<() => void>();

  /** Begins one; gives what ends it, once. */
  begin(): () => void {
    let isOver = false;
    this.#count++;
    return () => {
      if (isOver) return;
      isOver = true;
      this.#count--;
      if (this.#count > 0) return;
      for (const tell of this.#waiting) tell();
      this.#waiting.clear();
    };
  }

  /** Resolves when there is none. */
  async none(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }
}
