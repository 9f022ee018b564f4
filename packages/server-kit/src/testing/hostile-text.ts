import * as fc from "fast-check";

/** Characters from a range of code points. */
const from = (first: number, last: number) =>
  fc.integer({ min: first, max: last }).map((code) => String.fromCodePoint(code));

const letters = from(0x61, 0x7a);
const capitals = from(0x41, 0x5a);
const digits = from(0x30, 0x39);
const ascii = from(0x20, 0x7e);
const base64 = fc.oneof(letters, capitals, digits, fc.constantFrom("+", "/", "="));

/** What a text can be made of, by name: each kind costs a tokenizer differently. */
export const units = {
  "random letters": letters,
  "random capitals": capitals,
  "random letters and spaces": fc.oneof({ weight: 5, arbitrary: letters }, { weight: 1, arbitrary: fc.constant(" ") }),
  "mixed case": fc.oneof(letters, capitals),
  hex: fc.constantFrom(..."0123456789abcdef"),
  base64,
  "base64 lines": fc.oneof({ weight: 76, arbitrary: base64 }, { weight: 1, arbitrary: fc.constant("\n") }),
  digits,
  "numbers and spaces": fc.oneof(digits, fc.constant(" ")),
  ascii,
  punctuation: fc.constantFrom(..."!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"),
  whitespace: fc.constantFrom(" ", "\t", "\n"),
  "quotes and backslashes": fc.constantFrom('"', "\\"),
  Latin: from(0xc0, 0x17f),
  Cyrillic: from(0x400, 0x4ff),
  Greek: from(0x370, 0x3ff),
  Hebrew: from(0x5d0, 0x5ea),
  Arabic: from(0x621, 0x64a),
  Devanagari: from(0x900, 0x97f),
  Thai: from(0xe01, 0xe4e),
  kana: from(0x3041, 0x30fe),
  ideographs: from(0x4e00, 0x9fff),
  Hangul: from(0xac00, 0xd7a3),
  symbols: from(0x2190, 0x27bf),
  emoji: from(0x1f300, 0x1f6ff),
  "rare planes": from(0x10000, 0x3ffff),
  "private use": from(0xe000, 0xf8ff),
  anything: fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
  "broken surrogates": from(0xd800, 0xdfff),
} satisfies Record<string, fc.Arbitrary<string>>;

/** Text of one kind, or of several. */
export function hostileText(length: { readonly minLength?: number; readonly maxLength: number }): fc.Arbitrary<string> {
  const kinds = Object.values(units).map((unit) => fc.string({ unit, size: "max", ...length }));
  return fc.oneof(...kinds, fc.string({ unit: fc.oneof(...Object.values(units)), size: "max", ...length }));
}
