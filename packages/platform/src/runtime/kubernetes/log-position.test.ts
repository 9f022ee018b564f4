import fc from "fast-check";
import { expect, test } from "vitest";
import { LogParser } from "./log-parser.ts";
import { LogPosition } from "./log-position.ts";

interface Entry {
  /** Nanoseconds since 1970. */
  readonly time: bigint;
  readonly content: Buffer;
}

const start = 1_700_000_000n * 1_000_000_000n;

function stamp(time: bigint): string {
  const seconds = new Date(Number(time / 1_000_000_000n) * 1000).toISOString().slice(0, 19);
  return `${seconds}.${String(time % 1_000_000_000n).padStart(9, "0")}Z `;
}

/** A log as a kubelet sends it from a time on. */
function served(entries: readonly Entry[], since: string | undefined): Buffer {
  const from = since === undefined ? 0n : BigInt(Date.parse(since)) * 1_000_000n;
  const wanted = entries.filter(({ time }) => time >= from);
  return Buffer.concat(wanted.flatMap(({ time, content }) => [Buffer.from(stamp(time)), content]));
}

/** Reads a log in interrupted pieces; each reader goes on where the cursor of the one before says. */
function readAll(
  entries: readonly Entry[],
  cuts: readonly number[],
  { visible = () => entries, chunk = 7 }: { visible?: (round: number) => readonly Entry[]; chunk?: number } = {},
): Buffer {
  let cursor: string | null = null;
  const read: Buffer[] = [];
  for (const [round, cut] of [...cuts, Number.POSITIVE_INFINITY].entries()) {
    const position = new LogPosition(cursor);
    const parser = new LogParser(position);
    const bytes = served(visible(round), position.restart());
    const end = Math.min(cut, bytes.length);
    for (let at = 0; at < end; at += chunk) {
      parser.push(bytes.subarray(at, Math.min(at + chunk, end)));
      const fresh = position.take();
      if (fresh.length > 0) read.push(fresh);
      cursor = position.cursor;
    }
    if (cut !== Number.POSITIVE_INFINITY) continue;
    parser.flush();
    read.push(position.take());
  }
  return Buffer.concat(read);
}

interface Line {
  readonly line: Uint8Array | number;
  readonly step: number;
  readonly late: number;
}

const part = 16 * 1024;
const line = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  // As numbers, so that a counterexample can be read.
  { weight: 1, arbitrary: fc.constantFrom(part - 1, part, part + 1, 2 * part, 2 * part + 5) },
  { weight: 1, arbitrary: fc.constant(Buffer.from(stamp(start + 5n))) },
);
const lines = fc.array(
  fc.record({
    line,
    /** Nanoseconds since the one before, and how much later it was written than its time says, as with two streams. */
    step: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 900_000_000 })),
    late: fc.oneof({ weight: 3, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.nat(1_000_000_000) }),
  }),
  { maxLength: 25 },
);

function entriesOf(written: readonly Line[], isSplit: boolean): Entry[] {
  let clock = start + 5_000_000_000n;
  return written.flatMap(({ line, step, late }, index) => {
    clock += BigInt(step);
    const time = clock - BigInt(late);
    const bytes = typeof line === "number" ? Buffer.alloc(line, "a") : Buffer.from(line);
    const text = bytes.map((byte) => (byte === 10 ? 32 : byte));
    const content = Buffer.concat([text, Buffer.from(index === written.length - 1 ? "" : "\n")]);
    if (!isSplit) return [{ time, content }];
    const parts: Entry[] = [];
    for (let at = 0; at === 0 || at < content.length; at += part) {
      parts.push({ time: time + BigInt(at), content: content.subarray(at, at + part) });
    }
    return parts;
  });
}

test.each([true, false])("every byte is read once, wherever it is cut (parts have timestamps: %s)", (isSplit) => {
  fc.assert(
    fc.property(
      lines,
      fc.array(fc.nat(60_000), { maxLength: 5 }),
      fc.integer({ min: 1, max: 40_000 }),
      (written, cuts, chunk) => {
        const entries = entriesOf(written, isSplit);
        const expected = Buffer.concat(entries.map(({ content }) => content));
        expect(readAll(entries, cuts, { chunk }).equals(expected)).toBe(true);
      },
    ),
    { numRuns: 100 },
  );
});

test("what a rotation has removed is missed, and nothing that came after it", () => {
  const entries = Array.from({ length: 40 }, (_, n) => ({
    time: start + BigInt(n) * 300_000_000n,
    content: Buffer.from(`line ${n}\n`),
  }));
  const cut = served(entries.slice(0, 20), undefined).length;
  // The first reader took lines 0 to 19; the second finds the log beginning with line `first`.
  const seen = (first: number) =>
    readAll(entries, [cut], { visible: (round) => entries.slice(round === 0 ? 0 : first) });
  const whole = entries.map(({ content }) => String(content)).join("");
  expect(String(seen(0))).toBe(whole);
  expect(String(seen(17))).toBe(whole);
  expect(String(seen(20))).toBe(whole);
  expect(String(seen(25))).toBe(whole.replace(/(line 2[0-4]\n)+/, ""));
});

test("what a kubelet says in place of a log is no log", () => {
  const parser = new LogParser(new LogPosition(null));
  expect(() => parser.push(Buffer.from("unable to retrieve container logs for docker://abc"))).toThrow(
    "the log cannot be read: unable to retrieve container logs for docker://abc",
  );
});

test("a cursor that is none stands for the beginning", () => {
  for (const cursor of ["", "x", "1:2", "1:2:3:4.5"]) expect(new LogPosition(cursor).cursor).toBeNull();
});

test("times of other zones are the same times", () => {
  const position = new LogPosition(null);
  new LogParser(position).push(Buffer.from("2026-11-22T12:00:00.000000001+02:00 a\n2026-11-22T10:00:00.1Z b\n"));
  expect(String(position.take())).toBe("a\nb\n");
  expect(position.cursor).toMatch(/:1795341600\.100000000$/);
});
