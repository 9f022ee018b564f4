import fc from "fast-check";
import { expect, test } from "vitest";
import { CollectingWriter } from "../testing/collecting-writer.ts";
import { OutputLines } from "./output-lines.ts";

const source = {
  ...{ projectId: "p", sessionId: null, service: "step test", traceId: "t", spanId: "s" },
  attributes: { "platform.step": "test" },
};

function listener({ perSecond = 200, inAll = 10_000 } = {}) {
  const telemetry = new CollectingWriter();
  const clock = { now: 1_000_000 };
  const lines = new OutputLines(telemetry, source, { limits: { perSecond, inAll }, now: () => clock.now });
  return { telemetry, clock, lines, messages: () => telemetry.logs.map(({ message }) => message) };
}

test("each line is a log of what prints, in its order, wherever the output is cut", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(40), { maxLength: 10 }), (cuts) => {
      const { lines, telemetry, messages } = listener();
      const bytes = Buffer.from("first\nsécond 𝄞\n\n  third\r\nlast");
      let from = 0;
      for (const cut of cuts.toSorted((one, other) => one - other)) {
        lines.add(bytes.subarray(from, cut));
        from = Math.max(from, cut);
      }
      lines.add(bytes.subarray(from));
      lines.end();
      expect(messages()).toEqual(["first", "sécond 𝄞", "  third", "last"]);
      const times = telemetry.logs.map(({ time }) => time);
      expect(new Set(times).size).toBe(4);
      expect(times).toEqual(times.toSorted((one, other) => one - other));
    }),
    { numRuns: 50 },
  );
  const { lines, telemetry } = listener();
  lines.add(Buffer.from("ERROR it broke\n"));
  expect(telemetry.logs).toEqual([{ ...source, time: 1_000_000, level: "error", message: "ERROR it broke" }]);
});

test("of too many lines in a second the first are kept, and the next second tells how many were not", () => {
  const { lines, clock, messages } = listener({ perSecond: 2 });
  lines.add(Buffer.from("1\n2\n3\n4\n5\n"));
  clock.now += 1_000;
  lines.add(Buffer.from("6\n"));
  lines.end();
  expect(messages()).toEqual(["1", "2", "3 lines were left out here: there were too many", "6"]);
});

test("of too many lines in all the first are kept, and the end tells how many were not", () => {
  const { lines, clock, messages, telemetry } = listener({ inAll: 2 });
  for (let line = 1; line <= 5; line++) {
    lines.add(Buffer.from(`${line}\n`));
    clock.now += 1_000;
  }
  lines.end();
  expect(messages()).toEqual(["1", "2", "3 lines were left out here: there were too many"]);
  expect(telemetry.logs.at(-1)).toMatchObject({ level: "warn", attributes: { "platform.lines_left_out": 3 } });
});

test("a line without an end takes no more memory than a long one", () => {
  const { lines, telemetry } = listener();
  for (let piece = 0; piece < 100; piece++) lines.add(Buffer.alloc(1_000, "x"));
  lines.add(Buffer.from("\nnext\n"));
  expect(telemetry.logs.map(({ message }) => message.length)).toEqual([8 * 1024 + 1, 4]);
});

test("any bytes are taken", () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 5 }), (chunks) => {
      const { lines, messages } = listener();
      for (const chunk of chunks) lines.add(chunk);
      lines.end();
      for (const message of messages()) {
        expect(message).not.toContain("\0");
        expect(message.isWellFormed()).toBe(true);
      }
    }),
    { numRuns: 100 },
  );
});
