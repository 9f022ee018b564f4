import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { expect, test } from "vitest";
import { LineSelection } from "./line-selection.ts";

function select(bytes: Buffer, from: number, to: number, capacity: number, chunkSize = 3) {
  const lines = new LineSelection(from, to, capacity);
  for (let start = 0; start < bytes.length; start += chunkSize) lines.add(bytes.subarray(start, start + chunkSize));
  return lines.finish();
}

const line = fc.oneof(fc.constantFrom("", "\r", "é", "日本", "🎉🎉"), fc.string({ unit: "grapheme" }));
const text = fc.tuple(fc.array(line), fc.boolean()).map(([lines, ends]) => lines.join("\n") + (ends ? "\n" : ""));
const anyRange = { from: fc.integer({ min: 1, max: 12 }), to: fc.integer({ min: 1, max: 12 }) };

test("any range of any text is what splitting it at line feeds gives", () => {
  fc.assert(
    fc.property(text, fc.record(anyRange), fc.integer({ min: 1, max: 9 }), (content, { from, to }, chunkSize) => {
      const all = content.match(/[^\n]*\n|[^\n]+$/g) ?? [];
      const chosen = all.slice(from - 1, Math.max(from - 1, to));
      expect(select(Buffer.from(content), from, to, 1e6, chunkSize)).toEqual({
        content: Buffer.from(chosen.join("")),
        toLine: from - 1 + chosen.length,
        totalLines: all.length,
        truncated: false,
      });
    }),
  );
});

test("what is too long is cut after a line if it can be, and never within a character", () => {
  fc.assert(
    fc.property(text, fc.record(anyRange), fc.integer({ min: 4, max: 12 }), (content, { from, to }, capacity) => {
      const bytes = Buffer.from(content);
      const whole = select(bytes, from, to, 1e6);
      const cut = select(bytes, from, to, capacity);
      expect(cut.truncated).toBe(whole.content.length > capacity);
      expect(cut.totalLines).toBe(whole.totalLines);
      expect(whole.content.subarray(0, cut.content.length)).toEqual(cut.content);
      expect(isUtf8(cut.content)).toBe(true);
      if (!cut.truncated) return;
      const start = whole.content.subarray(0, capacity);
      const lines = start.lastIndexOf(10) + 1;
      if (lines > 0) expect(cut.content.length).toBe(lines);
      else expect(cut.content.length).toBeGreaterThan(capacity - 4);
      expect(cut.toLine).toBe(from - 1 + cut.content.toString().replace(/\n$/, "").split("\n").length);
    }),
  );
});
