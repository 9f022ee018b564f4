import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Binding, decryptValue, encryptValue } from "./cipher.ts";

const key = createSecretKey(randomBytes(32));
const binding: Binding = { id: randomUUID(), project_id: randomUUID(), name: "TOKEN", scope: "all" };

describe("a value", () => {
  test("comes back as it was, and is never encrypted the same twice", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (value) => {
        const [once, again] = [encryptValue(key, binding, value), encryptValue(key, binding, value)];
        expect(decryptValue(key, binding, once)).toBe(value);
        expect(once.equals(again)).toBe(false);
      }),
    );
  });

  test("is nothing under another key, or with any byte altered, cut off or added", () => {
    const encrypted = encryptValue(key, binding, "a secret");
    expect(decryptValue(createSecretKey(randomBytes(32)), binding, encrypted)).toBe(undefined);
    for (let at = 0; at < encrypted.length; at++) {
      const altered = Buffer.from(encrypted);
      altered[at] = (altered[at] ?? 0) ^ 1;
      expect(decryptValue(key, binding, altered)).toBe(undefined);
      expect(decryptValue(key, binding, encrypted.subarray(0, at))).toBe(undefined);
    }
    expect(decryptValue(key, binding, Buffer.concat([encrypted, Buffer.alloc(1)]))).toBe(undefined);
  });

  test.each([
    { ...binding, id: randomUUID() },
    { ...binding, project_id: randomUUID() },
    { ...binding, project_id: null },
    { ...binding, name: "OTHER" },
    { ...binding, scope: "pipeline" },
  ])("is nothing in another row: %#", (other) => {
    expect(decryptValue(key, other, encryptValue(key, binding, "a secret"))).toBe(undefined);
  });
});
