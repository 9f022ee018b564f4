import { estimateTokens } from "./tokens.ts";

/** A host keeps a result inline up to 50,000 characters; this stays clear of it. */
const maxCharacters = 45_000;

/** What is left of a result's allowance, in tokens and characters. */
export class Budget {
  #tokens: number;
  #characters: number;

  constructor(tokens: number, characters = maxCharacters) {
    this.#tokens = tokens;
    this.#characters = characters;
  }

  /** Takes the text's cost, even if that leaves less than nothing. */
  spend(text: string): void {
    this.#tokens -= estimateTokens(text);
    this.#characters -= text.length;
  }

  /** Whether there is enough left for the text. */
  fits(text: string): boolean {
    // The length is checked first, so that one huge piece is never measured.
    return text.length <= this.#characters && estimateTokens(text) <= this.#tokens;
  }

  /** Takes the text's cost if there is enough left; says whether there was. */
  trySpend(text: string): boolean {
    const fits = this.fits(text);
    if (fits) this.spend(text);
    return fits;
  }

  /** A separate budget of a fraction of what is left. */
  share(fraction: number): Budget {
    return new Budget(this.#tokens * fraction, Math.floor(this.#characters * fraction));
  }
}
