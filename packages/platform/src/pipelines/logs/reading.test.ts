import { appendFile, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { followLog } from "./follow-log.ts";
import { blockBytes } from "./line-counts.ts";
import { type LogSelection, selectRange } from "./log-selection.ts";
import { createLog } from "./log-writer.ts";
import { StoredLog } from "./stored-log.ts";

let directory: string;
let count = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "logs-"));
});
afterAll(() => rm(directory, { recursive: true }));

const newPath = () => join(directory, `${++count}.log`);

/** Writes a log as a step does, in pieces of these lengths, again and again. */
async function write(path: string, text: Uint8Array, lengths: readonly number[] = [50_000]): Promise<void> {
  const log = await createLog(path, { secrets: [], maxBytes: 1e9 });
  for (let at = 0, piece = 0; at < text.length; piece++) {
    const length = lengths[piece % lengths.length] ?? 1;
    await log.write(text.subarray(at, at + length));
    at += length;
  }
  await log.close();
}

async function read(path: string, selection: LogSelection): Promise<Buffer> {
  const log = await StoredLog.open(path, { isComplete: true });
  if (log === undefined) throw new Error("there is no log");
  return await buffer(await log.stream(await selectRange(log, selection)));
}

/** The same by the definition of each option, on the whole text. */
function slice(whole: Buffer, { tail, offset, from_line, to_line, max_bytes }: LogSelection): Buffer {
  const lines = whole.toString("latin1").split(/(?<=\n)/);
  const isInside = (at: number) => ((whole[at] ?? 0) & 0xc0) === 0x80;
  let text = whole;
  if (tail !== undefined) text = Buffer.from(tail === 0 ? "" : lines.slice(-tail).join(""), "latin1");
  if (from_line !== undefined || to_line !== undefined) {
    text = Buffer.from(lines.slice((from_line ?? 1) - 1, to_line).join(""), "latin1");
  }
  if (offset !== undefined) {
    let start = offset;
    while (isInside(start)) start++;
    const end = to_line === undefined ? whole.length : Buffer.byteLength(lines.slice(0, to_line).join(""), "latin1");
    text = whole.subarray(start, Math.max(start, end));
  }
  if (max_bytes === undefined || text.length <= max_bytes) return text;
  const inText = (at: number) => ((text[at] ?? 0) & 0xc0) === 0x80;
  let cut = tail === undefined ? max_bytes : text.length - max_bytes;
  while (inText(cut)) cut += tail === undefined ? -1 : 1;
  return tail === undefined ? text.subarray(0, cut) : text.subarray(cut);
}

/** Lines of all kinds, now and then so long that they span blocks of the index. */
const text = fc
  .array(
    fc.oneof(
      {
        arbitrary: fc.constantFrom("\n", "\r", "\r\n", "\r10 %\r20 %", "a", "ü", "日本", "🚀\n", "\u0000"),
        weight: 20,
      },
      { arbitrary: fc.string({ unit: "binary", maxLength: 8 }).map((value) => value.toWellFormed()), weight: 10 },
      { arbitrary: fc.constantFrom("x".repeat(blockBytes), "é\n".repeat(30_000), "é".repeat(70_000)), weight: 3 },
    ),
    { maxLength: 30 },
  )
  .map((parts) => Buffer.from(parts.join("")));

const small = fc.integer({ min: 0, max: 12 });
const place = fc.oneof({ arbitrary: small, weight: 3 }, { arbitrary: fc.integer({ min: 0, max: 300_000 }), weight: 1 });
const positive = place.map((value) => value + 1);
const maxBytes = { max_bytes: fc.option(positive, { nil: undefined }) };
const lineRange = { to_line: fc.option(positive, { nil: undefined }), ...maxBytes };
const selections: fc.Arbitrary<LogSelection> = fc.oneof(
  fc.record({ tail: place, ...maxBytes }),
  fc.record({ offset: place, ...lineRange }),
  fc.record({ from_line: positive, ...lineRange }),
  fc.record(lineRange),
);

describe("a part of a log", () => {
  test("is what it would be of the whole, however it was written", async () => {
    const cuts = fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.constant(70_000)), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(
        text,
        cuts,
        fc.array(selections, { minLength: 1, maxLength: 8 }),
        async (whole, lengths, asked) => {
          const path = newPath();
          await write(path, whole, whole.length > 10_000 ? [50_001, 7] : lengths);
          const log = await StoredLog.open(path, { isComplete: false });
          expect(log?.size).toBe(whole.length);
          expect(log?.lines).toBe(whole.length === 0 ? 0 : whole.toString("latin1").split(/(?<=\n)/).length);
          await log?.close();
          for (const selection of asked) {
            expect((await read(path, selection)).equals(slice(whole, selection)), JSON.stringify(selection)).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("begins where its first line does, before and after a line that spans blocks of the index", async () => {
    const path = newPath();
    const long = `${"x".repeat(3 * blockBytes)}\n`;
    await write(path, Buffer.from(`a\n${long}b\n`));
    expect((await read(path, { from_line: 2 })).toString()).toBe(`${long}b\n`);
    expect((await read(path, { from_line: 3 })).toString()).toBe("b\n");
    expect((await read(path, { tail: 2 })).toString()).toBe(`${long}b\n`);
    expect((await read(path, { tail: 2, max_bytes: 5 })).toString()).toBe("xx\nb\n");
    expect((await read(path, { to_line: 1 })).toString()).toBe("a\n");
  });

  test("of bytes that are no text is cut without failing", async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 60 }), selections, async (whole, selection) => {
        const path = newPath();
        await writeFile(path, whole);
        const part = await read(path, selection);
        expect(Buffer.from(whole).includes(part)).toBe(true);
        expect(part.length).toBeLessThanOrEqual(selection.max_bytes ?? whole.length);
      }),
      { numRuns: 60 },
    );
  });

  test("is found without reading the log when its index is there", async () => {
    const path = newPath();
    await write(path, Buffer.from("line\n".repeat(100_000)));
    const index = await readFile(`${path}.lines`);
    expect(index.length).toBe(8 * Math.floor(500_000 / blockBytes));
    // The index says where lines are that are there no more.
    await truncate(path, 0);
    await truncate(path, 500_000);
    const log = await StoredLog.open(path, { isComplete: true });
    expect(log?.lines).toBe(1 + Math.floor((Math.floor(500_000 / blockBytes) * blockBytes) / 5));
    await log?.close();
  });
});

describe("an index", () => {
  const whole = Buffer.from("some line\n".repeat(40_000));
  const right = async (path: string) => {
    expect((await read(path, { from_line: 39_999 })).toString()).toBe("some line\nsome line\n");
    expect((await read(path, { tail: 1 })).toString()).toBe("some line\n");
  };

  test.each([
    ["missing", (path: string) => rm(path)],
    ["empty", (path: string) => truncate(path)],
    ["behind", (path: string) => truncate(path, 16)],
    ["torn", (path: string) => truncate(path, 21)],
    ["ahead", (path: string) => appendFile(path, Buffer.alloc(800))],
    [
      "zeros, as after a power failure",
      async (path: string) =>
        writeFile(path, Buffer.concat([(await readFile(path)).subarray(0, 16), Buffer.alloc(32)])),
    ],
    ["garbage", (path: string) => writeFile(path, Buffer.alloc(48, 0xff))],
  ])("that is %s is made up for, and mended once the log is complete", async (_name, damage) => {
    const path = newPath();
    await write(path, whole);
    const index = await readFile(`${path}.lines`);
    await damage(`${path}.lines`);
    const damaged = await readFile(`${path}.lines`).catch(() => undefined);
    const log = await StoredLog.open(path, { isComplete: false });
    expect(log?.lines).toBe(40_000);
    await log?.close();
    expect(await readFile(`${path}.lines`).catch(() => undefined)).toEqual(damaged);
    await right(path);
    expect((await readFile(`${path}.lines`)).subarray(0, index.length)).toEqual(index);
  });
});

describe("following", () => {
  /** A log that is written beside its reader, by the text's pieces. */
  async function follow(pieces: readonly string[], selection: LogSelection): Promise<string> {
    const path = newPath();
    let given = "";
    let isComplete = false;
    const signal = new AbortController().signal;
    const log = await createLog(path, { secrets: [], maxBytes: 1e9 });
    const reading = (async () => {
      for await (const part of followLog({
        look: async () => ({ ref: path, isComplete }),
        open: (ref, state) => StoredLog.open(ref, state),
        selection,
        signal,
      })) {
        given += part.toString();
      }
    })();
    for (const piece of pieces) {
      await log.write(Buffer.from(piece));
      await new Promise(setImmediate);
    }
    await log.close();
    isComplete = true;
    await reading;
    return given;
  }

  test("gives in the end what the whole log would have given", async () => {
    const pieces = fc.array(fc.constantFrom("one\n", "two", "\n", "ü", "🚀\n", "x".repeat(70_000), "\r"), {
      maxLength: 12,
    });
    const open = fc.oneof(
      fc.record({ offset: place, ...lineRange }),
      fc.record({ from_line: small.map((value) => value + 1), ...lineRange }),
      fc.record(lineRange),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(pieces, open), { minLength: 10, maxLength: 20 }), async (cases) => {
        // Side by side, because each waits for most of its time.
        const given = await Promise.all(cases.map(([parts, selection]) => follow(parts, selection)));
        const expected = cases.map(([parts, selection]) => slice(Buffer.from(parts.join("")), selection).toString());
        expect(given).toEqual(expected);
      }),
      { numRuns: 3, endOnFailure: true },
    );
  });
});
