import fc from "fast-check";
import { expect, test } from "vitest";
import { records } from "./records.ts";
import { chunksOf, collect } from "./testing/streams.ts";

test("records come whole, however the bytes are cut", async () => {
  const record = fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", ""));
  await fc.assert(
    fc.asyncProperty(fc.array(record), fc.integer({ min: 1, max: 7 }), async (texts, size) => {
      const bytes = Buffer.from(texts.map((text) => `${text}\0`).join(""));
      expect(await collect(records(chunksOf(bytes, size)))).toEqual(texts.map((text) => Buffer.from(text).toString()));
    }),
    { numRuns: 100 },
  );
});
