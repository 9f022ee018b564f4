import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { hostileText } from "../testing/hostile-text.ts";
import { hiddenCharacters } from "./hidden-characters.ts";
import { sanitize, sanitizeLines } from "./sanitize.ts";

test("ordinary text stays as it is", () => {
  const text = "Grüße, мир! 你好 «quoted» — dash… tab\there\nline two  three € ½ ‰ °C";
  expect(sanitize(text)).toBe(text);
});

test.each([
  ["colours", "\x1b[31mred\x1b[0m", "red"],
  ["a window title", "\x1b]0;owned\x07text", "text"],
  ["a hyperlink", "\x1b]8;;https://evil.example\x07click\x1b]8;;\x07", "click"],
  ["a cursor that moves", "safe\x1b[2K\x1b[1Aevil", "safeevil"],
  ["C1 escapes", "a\u009b31mb", "ab"],
  ["an escape split by an invisible character", "\x1b\u200b[31mred", "[31mred"],
  ["bidirectional overrides", "user\u202e\u2066nimda\u2069", "usernimda"],
  ["zero-width characters", "ig\u200bno\u200cre\u2060 \ufeffthis", "ignore this"],
  ["ASCII in tags", `hi${String.fromCodePoint(0xe0068, 0xe0069)}`, "hi"],
  ["variation selectors that carry bytes", `a\ufe01\ufe0f${String.fromCodePoint(0xe0155)}`, "a"],
  ["NUL and backspace", "a\0b\bc", "abc"],
  ["letters without a shape", "a\u3164\u115f\u2800b", "ab"],
  ["an unpaired surrogate", "a\ud800b", "a\ufffdb"],
])("%s", (_, text, shown) => {
  expect(sanitize(text)).toBe(shown);
});

test("every kind of line end is one", () => {
  expect(sanitize("a\r\nb\rc\u2028d\u2029e\nf")).toBe("a\nb\nc\nd\ne\nf");
});

test("of numbered lines none is added and none is lost", () => {
  expect(sanitizeLines("a\r\nb\r50%\r99%\nc\u2028d\n")).toBe("a\nb 50% 99%\nc d\n");
});

describe("emoji", () => {
  test.each(["👍", "👍🏽", "❤️", "👨‍👩‍👧‍👦", "🏳️‍🌈", "👩🏽‍💻", "1️⃣", "🇩🇪"])("%s stays", (emoji) => {
    expect(sanitize(`a ${emoji} b`)).toBe(`a ${emoji} b`);
  });

  test("what joins them is removed where it joins nothing", () => {
    expect(sanitize("a\u200db \u200d👍\u200d c 👍\u200d\u200d👍 x\ufe0f👍\ufe0f\ufe0f")).toBe("ab 👍 c 👍👍 x👍\ufe0f");
  });
});

const dangerous = fc.oneof(
  fc.constantFrom(...hiddenCharacters).map(([first]) => String.fromCodePoint(first)),
  fc.constantFrom(...hiddenCharacters).map(([, last]) => String.fromCodePoint(last)),
  fc.constantFrom(
    "\x1b[",
    "\x1b]",
    "\u009b",
    ";",
    "31",
    "m",
    "\x07",
    "\r",
    "\n",
    "👍",
    "\u200d",
    "\ufe0f",
    "a",
    " ",
    "\ud800",
    "\udb40",
    "\udc41",
  ),
);

describe("whatever the text", () => {
  const texts = fc.oneof(fc.string({ unit: dangerous, maxLength: 40 }), hostileText({ maxLength: 200 }));

  test("nothing hidden gets through, and cleaning again changes nothing", () => {
    const mayStay = new Set([0x200d, 0xfe0f]);
    fc.assert(
      fc.property(texts, (text) => {
        for (const clean of [sanitize(text), sanitizeLines(text)]) {
          expect(clean.isWellFormed()).toBe(true);
          for (const character of clean) {
            const code = character.codePointAt(0) ?? 0;
            expect(hiddenCharacters.some(([first, last]) => code >= first && code <= last)).toBe(false);
            if (!mayStay.has(code) && code !== 0x0a && code !== 0x09)
              expect(character).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
          }
          expect(sanitize(clean)).toBe(clean);
        }
      }),
      { numRuns: 300 },
    );
  });

  test("what is removed leaves no hidden character behind", () => {
    expect(sanitize("\ufe0f\u200d👍")).toBe("👍");
    expect(sanitize("\udb40\u200b\udc41")).toBe("\ufffd\ufffd");
    expect(sanitize("\udb40\x1b[m\udc41")).toBe("\ufffd\ufffd");
  });

  test("numbered lines keep their number", () => {
    fc.assert(
      fc.property(
        fc.array(
          texts.map((text) => text.replaceAll("\n", "")),
          { minLength: 1 },
        ),
        (lines) => {
          expect(sanitizeLines(lines.join("\n")).split("\n")).toHaveLength(lines.length);
        },
      ),
    );
  });
});

test("the table of hidden characters is in order, each range once and with a reason", () => {
  let before = -1;
  for (const [first, last, why] of hiddenCharacters) {
    expect(first).toBeGreaterThan(before);
    expect(last).toBeGreaterThanOrEqual(first);
    expect(why).not.toBe("");
    before = last;
  }
});
