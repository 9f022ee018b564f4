import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { OutputLine } from "./claude-input.ts";
import { watchLines } from "./watch-lines.ts";

const wanted = [{ type: "result", text: "ä😀\n" }, { type: "result" }];
const others = [
  "",
  'no JSON with "result"',
  '"result"',
  "null",
  '["result"]',
  '{"type":["result"]}',
  JSON.stringify({ type: "user", text: '{"type":"result"}' }),
  JSON.stringify({ type: "other", kind: "result" }),
];

test("the lines of the types that are asked for are found, however the bytes come", async () => {
  const bytes = Buffer.from([...others, ...wanted.map((line) => JSON.stringify(line)), ...others].join("\n"));
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(bytes.length), { maxLength: 12 }), async (cuts) => {
      const stream = new PassThrough();
      const found: OutputLine[] = [];
      watchLines(stream, { types: ["result"], onLine: (line) => found.push(line) });
      const ends = [...cuts.sort((a, b) => a - b), bytes.length];
      for (const [index, end] of ends.entries()) stream.write(bytes.subarray(ends[index - 1] ?? 0, end));
      stream.end();
      await new Promise((resolve) => stream.once("end", resolve));
      expect(found).toEqual(wanted);
    }),
    { numRuns: 50 },
  );
});
