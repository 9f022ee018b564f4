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

  /** Takes the text's cost if there is enough left; says whether there was. */
  trySpend(text: string): boolean {
    // The length is checked first, so that one huge piece is never measured.
    if (text.length > this.#characters) return false;
    const tokens = estimateTokens(text);
    if (tokens > this.#tokens) return false;
    this.#tokens -= tokens;
    this.#characters -= text.length;
    return true;
  }

  /** A separate budget of a fraction of what is left. */
  share(fraction: number): Budget {
    return new Budget(Math.floor(this.#tokens * fraction), Math.floor(this.#characters * fraction));
  }

  /** How many characters of any text surely fit, for cutting a line that does not. */
  get charactersForSure(): number {
    return Math.max(0, Math.min(this.#characters, Math.floor(this.#tokens / 2)));
  }
}
