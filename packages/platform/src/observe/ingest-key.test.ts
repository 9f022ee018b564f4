import { createSecretKey, randomBytes, randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { createIngestKey, type IngestSource, readIngestKey } from "./ingest-key.ts";

const masterKey = createSecretKey(randomBytes(32));
const source = (kind: IngestSource["kind"] = "step"): IngestSource => {
  return { projectId: randomUUID(), kind, sourceId: randomUUID() };
};

describe("an ingest key", () => {
  test.each(["step", "workload", "session"] as const)("says what it was made for: a %s", (kind) => {
    const made = source(kind);
    const key = createIngestKey(masterKey, made) ?? "";
    expect(key).toMatch(/^plat_otlp_[0-9a-f]{130}$/);
    expect(readIngestKey(masterKey, key)).toEqual(made);
  });

  test("is the same whenever it is made, and another one for anything else", () => {
    const made = source();
    expect(createIngestKey(masterKey, made)).toBe(createIngestKey(masterKey, made));
    for (const other of [source(), { ...made, kind: "session" as const }, { ...made, sourceId: randomUUID() }]) {
      expect(createIngestKey(masterKey, other)).not.toBe(createIngestKey(masterKey, made));
    }
  });

  test("is nothing under another master key, with any digit altered, cut off or added", () => {
    const key = createIngestKey(masterKey, source()) ?? "";
    expect(readIngestKey(createSecretKey(randomBytes(32)), key)).toBe(undefined);
    for (let at = "plat_otlp_".length; at < key.length; at++) {
      const digit = key[at] === "0" ? "1" : "0";
      expect(readIngestKey(masterKey, key.slice(0, at) + digit + key.slice(at + 1))).toBe(undefined);
      expect(readIngestKey(masterKey, key.slice(0, at))).toBe(undefined);
    }
    expect(readIngestKey(masterKey, `${key}00`)).toBe(undefined);
    expect(readIngestKey(masterKey, key.toUpperCase())).toBe(undefined);
  });

  test("does not exist without a master key", () => {
    const missing = { missing: "why" };
    expect(createIngestKey(missing, source())).toBe(undefined);
    expect(readIngestKey(missing, createIngestKey(masterKey, source()) ?? "")).toBe(undefined);
  });
});
