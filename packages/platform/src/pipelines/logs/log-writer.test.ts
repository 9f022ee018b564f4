import { mkdtemp, open, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { LogFile } from "./log-file.ts";
import { createLog, FileLogWriter, type LogWriter, resumeLog } from "./log-writer.ts";
import { StoredLog } from "./stored-log.ts";

let directory: string;
let count = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "logs-"));
});
afterAll(() => rm(directory, { recursive: true }));

const megabyte = 1024 ** 2;

async function create({ secrets = [], maxBytes = megabyte }: { secrets?: string[]; maxBytes?: number } = {}) {
  const path = join(directory, "deep", `${++count}.log`);
  const log = await createLog(path, { secrets, maxBytes });
  return { path, log, content: () => readFile(path, "utf8") };
}

async function writeAll(log: LogWriter, chunks: readonly (string | Uint8Array)[]): Promise<void> {
  for (const chunk of chunks) await log.write(Buffer.from(chunk));
}

describe("a log", () => {
  test("holds what was written, the platform's words on lines of their own, and is its owner's alone", async () => {
    const { path, log, content } = await create({ secrets: ["hunter2"] });
    await log.note("runs in a checkout");
    await writeAll(log, ["one\n", "two hun", "ter2 and more"]);
    await log.note("it was stopped\nbecause of hunter2");
    await log.write(Buffer.from("three\n"));
    await log.note("exit code 1");
    await log.close();
    await log.close();
    expect(await content()).toBe(
      "[platform] runs in a checkout\none\ntwo *** and more\n[platform] it was stopped\n[platform] because of ***\nthree\n[platform] exit code 1\n",
    );
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(join(path, ".."))).mode & 0o777).toBe(0o700);
    await expect(createLog(path, { secrets: [], maxBytes: 1 })).rejects.toThrow("EEXIST");
  });

  test("is in storage soon, without being closed", async () => {
    const { log, content } = await create();
    await log.write(Buffer.from("step 1\n"));
    await expect.poll(content).toBe("step 1\n");
    await log.close();
  });

  test("has the platform's words behind what is kept back, and none of a secret before them", async () => {
    const { log, content } = await create({ secrets: ["hunter2"] });
    await log.write(Buffer.from("hunt"));
    await log.note("stopping");
    await log.write(Buffer.from("er2\n"));
    await log.write(Buffer.from("the hunt"));
    await log.note("ended");
    await log.close();
    expect(await content()).toBe("***\n[platform] stopping\nthe hunt\n[platform] ended\n");
  });

  test("is valid UTF-8 whatever is written and wherever it is cut, as a browser would decode it", async () => {
    const bytes = fc.uint8Array({ maxLength: 40 });
    const text = fc.string({ unit: "grapheme", maxLength: 10 }).map((value) => Buffer.from(value));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.oneof(bytes, text)), fc.integer({ min: 1, max: 7 }), async (parts, length) => {
        const whole = Buffer.concat(parts);
        const { log, content } = await create();
        for (let at = 0; at < whole.length; at += length) await log.write(whole.subarray(at, at + length));
        await log.close();
        expect(await content()).toBe(new TextDecoder("utf-8", { ignoreBOM: true }).decode(whole));
      }),
      { numRuns: 50 },
    );
  });
});

describe("a log that is too long", () => {
  const line = (index: number) => `line ${index}\n`;
  const lines = Array.from({ length: 100_000 }, (_, index) => line(index)).join("");

  test("has its beginning and its end, and says how much is missing between them", async () => {
    const maxBytes = 300_000;
    const { log, content } = await create({ maxBytes });
    for (let at = 0; at < lines.length; at += 1000) await log.write(Buffer.from(lines.slice(at, at + 1000)));
    await log.note("exit code 0");
    await log.close();
    const text = await content();
    expect(text.length).toBeLessThanOrEqual(maxBytes);
    expect(text.length).toBeGreaterThan(maxBytes * 0.95);
    const [, beginning = "", limit, missing, end = ""] =
      /^(.*?)\n(\[platform\] [^\n]*)\n\[platform\] (\d+) bytes were left out here\n(.*)\[platform\] exit code 0\n$/s.exec(
        text,
      ) ?? [];
    expect(limit).toBe(
      "[platform] the log has reached its limit of 300000 bytes: only the end of what follows is kept",
    );
    expect(lines.startsWith(beginning)).toBe(true);
    expect(lines.endsWith(end)).toBe(true);
    expect(end.startsWith("line ")).toBe(true);
    expect(end.length).toBeGreaterThan(60_000);
    expect(beginning.length + Number(missing) + end.length).toBe(lines.length);
  });

  test("says so while it grows", async () => {
    const { log, content } = await create({ maxBytes: 10_000 });
    await log.write(Buffer.from(lines));
    await expect.poll(content).toContain("has reached its limit of 10000 bytes");
    await log.close();
  });

  test("is cut between characters, also when it is one line without end", async () => {
    const { log, content } = await create({ maxBytes: 10_000 });
    const text = "日本語🚀".repeat(5000);
    await log.write(Buffer.from(text));
    await log.close();
    const stored = await content();
    expect(stored).not.toContain("\ufffd");
    const [beginning = "", , left = "", end = ""] = stored.split("\n");
    const missing = Number(/\d+/.exec(left)?.[0]);
    expect(Buffer.byteLength(beginning) + missing + Buffer.byteLength(end)).toBe(Buffer.byteLength(text));
    expect([text.startsWith(beginning), text.endsWith(end), beginning.length > 100, end.length > 100]).toEqual([
      true,
      true,
      true,
      true,
    ]);
  });

  test("by less than is kept of its end is whole", async () => {
    const { log, content } = await create({ maxBytes: 10_000 });
    const text = lines.slice(0, 9_500);
    await writeAll(log, [text.slice(0, 5000), text.slice(5000, 9000), text.slice(9000)]);
    await log.close();
    expect(await content()).toBe(text);
  });
});

test("much output waits for the disk rather than in memory", async () => {
  const { log, path } = await create({ maxBytes: 64 * megabyte });
  const chunk = Buffer.alloc(megabyte, "x");
  for (let index = 1; index <= 10; index++) {
    await log.write(chunk);
    expect((await stat(path)).size).toBe(index * megabyte);
  }
  await log.close();
});

test("what a full disk did not take is told where it is missing, as soon as there is room again", async () => {
  const path = join(directory, "refused.log");
  const handle = await open(path, "wx");
  const log = new FileLogWriter(new LogFile(handle), { secrets: [], maxBytes: megabyte });
  await log.write(Buffer.alloc(70_000, "a"));
  // A disk that is full and then is not cannot be had here.
  vi.spyOn(handle, "write").mockRejectedValueOnce(new Error("ENOSPC: no space left on device, write"));
  await log.write(Buffer.alloc(80_000, "b"));
  await log.write(Buffer.alloc(90_000, "c"));
  await log.close();
  expect(await readFile(path, "utf8")).toBe(
    `${"a".repeat(70_000)}\n[platform] 80000 bytes could not be stored here: ENOSPC: no space left on device, write\n${"c".repeat(90_000)}`,
  );
  expect(log.failure?.message).toContain("ENOSPC");
});

test.runIf(process.platform === "linux")("a disk that is full fails nothing, and is told", async () => {
  // The kernel's file that refuses every write as a full disk does.
  const file = new LogFile(await open("/dev/full", "w"));
  const log = new FileLogWriter(file, { secrets: [], maxBytes: megabyte });
  await log.write(Buffer.alloc(100_000));
  await log.close();
  expect(log.failure?.message).toContain("ENOSPC");
});

describe("a log that somebody else goes on with", () => {
  const options = { secrets: [], maxBytes: 1000 };

  test("has what came before the place, and then what comes, within the same limit", async () => {
    const { path, log, content } = await create({ maxBytes: options.maxBytes });
    await log.write(Buffer.from("one\n"));
    const size = await log.flush();
    expect([size, await content()]).toEqual([4, "one\n"]);
    await log.write(Buffer.from("two\nthr"));
    await log.close();
    const resumed = await resumeLog(path, { size }, options);
    await resumed.write(Buffer.from("two\nthree\n"));
    await resumed.write(Buffer.from("x\n".repeat(2000)));
    await resumed.close();
    expect(await content()).toMatch(/^one\ntwo\nthree\nx\nx\n/);
    expect((await content()).length).toBeLessThanOrEqual(options.maxBytes);
  });

  test("tells when what came before is not there, or not all of it", async () => {
    const { path, log, content } = await create();
    await log.write(Buffer.from("one\n"));
    await log.close();
    const resumed = await resumeLog(path, { size: 5 }, options);
    await resumed.write(Buffer.from("two\n"));
    await resumed.close();
    expect(await content()).toBe("[platform] what came before is not kept here\ntwo\n");
    const elsewhere = await resumeLog(`${path}.other`, { size: 0 }, options);
    await elsewhere.close();
    expect(await readFile(`${path}.other`, "utf8")).toBe("");
  });

  test("is read by lines as before", async () => {
    const { path, log } = await create({ maxBytes: megabyte });
    await log.write(Buffer.from("a line\n".repeat(30_000)));
    await log.close();
    const resumed = await resumeLog(path, { size: 7 * 20_000 }, { secrets: [], maxBytes: megabyte });
    await resumed.write(Buffer.from("\n".repeat(70_000)));
    await resumed.close();
    const stored = await StoredLog.open(path, { isComplete: true });
    expect([stored?.lines, stored?.size]).toEqual([90_000, 210_000]);
    await stored?.close();
  });
});
