import type { Attributes } from "./model.ts";

/** Attributes of one thing, which OpenTelemetry's SDKs bound by the same number. */
const most = 128;
/** Characters of a value, of a name, and of all of one thing. */
const longestValue = 16_384;
const longestName = 255;
const longestOfAll = 65_536;

/** Gathers attributes as long as they fit. */
export class AttributeSet implements Attributes {
  // Names such as __proto__ are names like any other.
  readonly values: Record<string, unknown> = Object.create(null);
  cut = 0;
  #count = 0;
  #room = longestOfAll;

  /** Whether there may be one more: what is not added need not be read. */
  get hasRoom(): boolean {
    return this.#count < most && this.#room > 0;
  }

  get length(): number {
    return longestOfAll - this.#room;
  }

  /** Adds a value as JSON holds it. */
  add(name: string, value: unknown): void {
    if (!this.hasRoom || name === "" || name.length > longestName) {
      this.cut += 1;
      return;
    }
    const bounded = this.#bounded(value);
    if (!Object.hasOwn(this.values, name)) this.#count += 1;
    this.#room -= name.length + 1;
    this.values[name] = bounded;
  }

  #bounded(value: unknown): unknown {
    if (typeof value === "string") return this.#text(value);
    if (typeof value !== "object" || value === null) return value;
    const text = JSON.stringify(value);
    if (text.length > Math.min(longestValue, this.#room)) return this.#text(text);
    this.#room -= text.length;
    return value;
  }

  #text(text: string): string {
    const shown = shorten(text, Math.min(longestValue, Math.max(0, this.#room)));
    if (shown !== text) this.cut += 1;
    this.#room -= shown.length;
    return shown;
  }
}

/** The beginning of a text that is longer than so many characters, with how long it was. */
export function shorten(text: string, longest: number): string {
  return text.length <= longest ? text : `${text.slice(0, longest)}… (${text.length} characters)`;
}
