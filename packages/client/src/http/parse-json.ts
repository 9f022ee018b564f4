/** JSON that ends before it is complete, or is no JSON. */
export class MalformedJson extends Error {
  /** True when what is there is right and only its end is missing. */
  readonly cutOff: boolean;

  constructor(cutOff: boolean) {
    super(cutOff ? "the JSON is cut off" : "not JSON");
    this.cutOff = cutOff;
  }
}

// Any letter of a key may be written as a \u escape.
const mayHoldPrototypeKey = /__proto__|\\u00/i;

/**
 * Parses JSON without `__proto__` keys: no answer of the platform has one, and code that copies such a key changes an
 * object's prototype.
 * @throws MalformedJson, whose message, unlike the engine's, quotes nothing of the text
 */
export function parseJson(text: string): unknown {
  try {
    if (!mayHoldPrototypeKey.test(text)) return JSON.parse(text);
    return JSON.parse(text, (key, value: unknown) => (key === "__proto__" ? undefined : value));
  } catch (error) {
    const message = error instanceof Error ? error.message : "";
    const position = Number(/at position (\d+)/.exec(message)?.[1]);
    throw new MalformedJson(/^Unexpected end|^Unterminated/.test(message) || position >= text.length);
  }
}
