import { text } from "node:stream/consumers";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { filterLines } from "./filter-lines.ts";

/** What passes of chunks written one after the other, and the sizes of the lines that do not. */
async function filter(
  chunks: readonly Uint8Array[],
  maxBytes: number,
  accepts: (line: Buffer) => boolean = () => true,
) {
  const dropped: number[] = [];
  const filter = filterLines({ maxBytes, onDrop: (bytes) => dropped.push(bytes), accepts });
  const passed = text(filter);
  for (const chunk of chunks) filter.write(chunk);
  filter.end();
  return { passed: await passed, dropped };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return places.slice(1).map((place, index) => bytes.subarray(places[index], place));
}

test("lines within the limit pass and longer ones do not, however the bytes are cut", async () => {
  const line = fc.string({ unit: fc.constantFrom("a", "é", "👍", "\r", "\0"), maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(fc.array(line), fc.array(fc.nat(), { maxLength: 10 }), async (lines, cuts) => {
      const whole = lines.map((content) => `${content}\n`);
      const { passed, dropped } = await filter(cut(Buffer.from(whole.join("")), cuts), 16);
      expect(passed).toBe(whole.filter((content) => Buffer.byteLength(content) <= 16).join(""));
      expect(dropped).toEqual(whole.map((content) => Buffer.byteLength(content)).filter((bytes) => bytes > 16));
    }),
    { numRuns: 200 },
  );
});

test("an unfinished line is no message", async () => {
  expect(await filter([Buffer.from("a\nhalf")], 16)).toEqual({ passed: "a\n", dropped: [] });
});

test("a line that is not accepted does not pass", async () => {
  const accepts = (line: Buffer) => line.toString() !== "no\n";
  expect(await filter([Buffer.from("yes\nno\nyes\n")], 16, accepts)).toEqual({ passed: "yes\nyes\n", dropped: [] });
});
