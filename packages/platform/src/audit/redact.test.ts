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
  const hex = fc.string({ unit: fc.constantFrom(..."0123456789abcdef"), minLength: 64, maxLength: 64 });
  fc.assert(
    fc.property(
      fc.string(),
      fc.constantFrom("plat_", "plat_api_"),
      hex,
      fc.string(),
      (before, prefix, digits, after) => {
        expect(JSON.stringify(redact({ text: `${before}${prefix}${digits}${after}` }))).not.toContain(digits);
      },
    ),
    { numRuns: 200 },
  );
});

test("what comes out can be stored as jsonb", () => {
  expect(redact("a\0b\ud800c")).toBe("ab\ufffdc");
});
