import fc from "fast-check";
import { expect, test } from "vitest";
import { redact } from "./redact.ts";

test("values with the names of secrets are gone, at any depth; their neighbours stay", () => {
  const token = `plat_api_${"a".repeat(64)}`;
  expect(
    redact({ name: "x", password: "p", current_password: "q", token, nested: [{ token_hash: "h", token_id: "id" }] }),
  ).toEqual({
    name: "x",
    password: "[redacted]",
    current_password: "[redacted]",
    token: "[redacted]",
    nested: [{ token_hash: "[redacted]", token_id: "id" }],
  });
  expect(redact({ password: null })).toEqual({ password: null });
});

test("this platform's tokens are gone from whatever text they stand in", () => {
  const hex = (length: number) =>
    fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: length, maxLength: length });
  const token = fc.oneof(
    fc.tuple(fc.constantFrom("plat_", "plat_api_"), hex(64)),
    fc.tuple(fc.constant("plat_otlp_"), hex(130)),
    fc.tuple(fc.constant("plat_pw_"), hex(32)),
  );
  fc.assert(
    fc.property(fc.string(), token, fc.string(), (before, [prefix, digits], after) => {
      const text = JSON.stringify(redact({ text: `${before}${prefix}${digits}${after}` }));
      expect(text).not.toContain(digits.slice(-64));
    }),
    { numRuns: 200 },
  );
});

test("what comes out can be stored as jsonb", () => {
  expect(redact("a\0b\ud800c")).toBe("ab\ufffdc");
});
