import { SecretFinder } from "../../pipelines/logs/secret-finder.ts";
import { maskText } from "../../pipelines/logs/secret-masker.ts";
import { boundedValue } from "./bounded-value.ts";
import { cutText } from "./cut-text.ts";

/** Makes what an agent's processes have printed fit to be kept as events: without secrets, and of bounded length. */
export class ShownText {
  readonly #finder: SecretFinder;

  constructor(secrets: readonly string[]) {
    this.#finder = new SecretFinder(secrets);
  }

  /** The beginning of a text, of `most` characters. Masked first: half of a secret would not be found. */
  text(text: string, most: number): string {
    return cutText(maskText(text, this.#finder), most);
  }

  /** A JSON value, cut to at most about 20,000 characters. */
  value(value: unknown): unknown {
    const shown = this.#bounded(value, { characters: 2000, items: 20, depth: 4 });
    return JSON.stringify(shown).length <= 20_000
      ? shown
      : this.#bounded(value, { characters: 200, items: 8, depth: 2 });
  }

  #bounded(value: unknown, { characters, ...bounds }: { characters: number; items: number; depth: number }): unknown {
    return boundedValue(value, { ...bounds, text: (text) => this.text(text, characters) });
  }
}
