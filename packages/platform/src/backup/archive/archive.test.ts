import { execFileSync } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openArchive } from "./open-archive.ts";
import { decodeHeader, encodeHeader } from "./tar-header.ts";
import { writeArchive } from "./write-archive.ts";

let directory: string;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "archive-"));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const contents = {
  empty: Buffer.alloc(0),
  "one block": Buffer.alloc(512, 1),
  "d/ä.txt": Buffer.from("some text\n"),
  [`long/${"d".repeat(36)}/${"f".repeat(90)}`]: Buffer.from("a name in two parts\n"),
  "larger than a chunk": Buffer.alloc(600_000, "abc"),
};

async function write(name: string): Promise<string> {
  const path = join(directory, name);
  await writeArchive(path, async (archive) => {
    for (const [member, content] of Object.entries(contents)) {
      await archive.add(member, [content.subarray(0, 7), content.subarray(7)]);
    }
  });
  return path;
}

test("what was written is read, by tar and sha256sum too", async () => {
  const path = await write("whole.tar");
  expect((await stat(path)).mode & 0o777).toBe(0o600);
  const archive = await openArchive(path);
  for (const [name, content] of Object.entries(contents)) {
    expect((await buffer(Readable.from(archive.read(name)))).equals(content), name).toBe(true);
  }
  expect(archive.has("nothing")).toBe(false);
  await archive.close();
  const extracted = await mkdtemp(join(directory, "x-"));
  execFileSync("tar", ["-xf", path, "-C", extracted]);
  execFileSync("sha256sum", ["--check", "--strict", "SHA256SUMS"], { cwd: extracted });
  expect(await readdir(extracted)).toHaveLength(6);
});

test("a name that no header can hold is refused", () => {
  for (const name of ["x".repeat(101), `${"d".repeat(156)}/x`, `d/${"ä".repeat(51)}`]) {
    expect(() => encodeHeader({ name, size: 0 }, new Date())).toThrow("too long a name for tar");
  }
});

test("a size beyond eight gigabytes survives a header", () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(1, 2 ** 20), (size, unit) => {
      const member = { name: "a", size: size * unit };
      expect(decodeHeader(encodeHeader(member, new Date()))).toEqual(member);
    }),
    { numRuns: 50 },
  );
});

test("any changed byte and any missing end is found", async () => {
  const bytes = await readFile(await write("damaged.tar"));
  const path = join(directory, "copy.tar");
  const change = fc.record({ at: fc.nat(bytes.length - 1), by: fc.integer({ min: 1, max: 255 }) });
  const damaged = async () => await expect(openArchive(path)).rejects.toThrow(/^\S+ is not a whole backup: ./);
  await fc.assert(
    fc.asyncProperty(change, fc.boolean(), async ({ at, by }, isCut) => {
      const copy = Buffer.from(bytes);
      copy[at] = ((copy[at] ?? 0) + by) % 256;
      await writeFile(path, isCut ? bytes : copy);
      if (isCut) await truncate(path, at);
      await damaged();
    }),
    { numRuns: 60 },
  );
});

test("an archive whose writing fails leaves nothing", async () => {
  const before = await readdir(directory);
  const failing = writeArchive(join(directory, "failed.tar"), async (archive) => {
    await archive.add("a", [Buffer.from("a")]);
    throw new Error("no more");
  });
  await expect(failing).rejects.toThrow("no more");
  expect(await readdir(directory)).toEqual(before);
});
