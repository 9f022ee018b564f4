import fc from "fast-check";
import { expect, test } from "vitest";
import { cleanText, cutText } from "./clean-text.ts";

test("what cannot be seen is left out, blanks become single spaces", () => {
  const text =
    "\u001b[1;31mred\u001b[0m\r\n\tnext \u202eflip\u202c \u200bzero\ufeff \u{e0041}tag \u001b]0;title\u0007end\u0000\u2028";
  expect(cleanText(text)).toBe("red next flip zero tag end");
});

test("cutting keeps within the limit, and characters whole", () => {
  expect(cutText("abc", 3)).toBe("abc");
  expect(cutText("abcd", 3)).toBe("ab…");
  expect(cutText("a🚀b", 3)).toBe("a…");
});

test("whatever comes out is one visible line within the limit", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 50 }), fc.integer({ min: 1, max: 30 }), (text, max) => {
      const out = cutText(cleanText(text), max);
      return out.length <= max && !/[\p{Cc}\p{Cf}\p{Cs}\n]/u.test(out);
    }),
    { numRuns: 100 },
  );
});
