/**
 * Room for so much, of which nobody may hold more than is left for the others: alone half of it, one of two who fill it
 * a third. However many fill it, who comes next finds some.
 */
export class SharedRoom {
  readonly #size: number;
  #left: number;
  /** By whose it is. */
  readonly #held = new Map<string, number>();

  constructor(size: number) {
    this.#size = size;
    this.#left = size;
  }

  /** The most that anybody can hold. */
  get mostForOne(): number {
    return Math.floor(this.#size / 2);
  }

  /** What all hold together. */
  get held(): number {
    return this.#size - this.#left;
  }

  /** Whether there was room for so much more of theirs; if so, it must be given back. */
  take(whose: string, amount: number): boolean {
    const held = (this.#held.get(whose) ?? 0) + amount;
    if (held > this.#left - amount) return false;
    this.#left -= amount;
    this.#held.set(whose, held);
    return true;
  }

  giveBack(whose: string, amount: number): void {
    const held = (this.#held.get(whose) ?? 0) - amount;
    this.#left += amount;
    if (held > 0) this.#held.set(whose, held);
    else this.#held.delete(whose);
  }
}
