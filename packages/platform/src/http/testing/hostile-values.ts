import fc from "fast-check";

/** Names that mean something to JavaScript, and must mean nothing in a request. */
export const prototypeKeys = ["__proto__", "constructor", "prototype", "toString", "hasOwnProperty"];

/** Text that breaks what does not expect it. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom(
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\u202e\u0007\u001b[31m",
    "../../etc/passwd",
    "-x",
    "--upload-pack=x",
    "%",
    "\\",
    "'; drop table users; --",
    "null",
    "NaN",
    "1e999",
    "-1",
    "9999999999999999999999",
    "x".repeat(100_000),
    "é".repeat(300),
    ...prototypeKeys,
  ),
);

function nested(depth: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? [value] : { a: value };
  return value;
}

/** Anything that JSON can hold, and rather what nobody would send. */
export const hostileJson: fc.Arbitrary<unknown> = fc.oneof(
  hostileText,
  fc.constantFrom<unknown>(null, true, [], {}, 0, -1, 1e308, 2 ** 53, 0.1, nested(70), nested(2000)),
  fc.jsonValue({ maxDepth: 3 }),
  fc.tuple(fc.constantFrom(...prototypeKeys), fc.jsonValue({ maxDepth: 1 })).map(([key, value]) =>
    // As JSON.parse makes it: an own property, also for __proto__.
    JSON.parse(`{${JSON.stringify(key)}:${JSON.stringify(value)}}`),
  ),
);
