import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { useSample } from "../testing/use-sample.ts";
import { ensureHooks } from "./hooks-directory.ts";
import { receivePack } from "./receive-pack.ts";

const hooksDirectory = mkdtempSync(join(tmpdir(), "hooks-"));
beforeAll(() => ensureHooks(hooksDirectory));
afterAll(() => rmSync(hooksDirectory, { recursive: true }));

describe("a push to a repository", () => {
  const sample = useSample((repository) => void repository.commit({ files: { a: "a".repeat(10_000) } }));
  const asked: string[] = [];
  let ends = 0;
  const receive = (body: Readable, encoding?: string) =>
    receivePack(
      sample,
      { body, encoding },
      {
        hooksDirectory,
        maxBytes: 1_000_000,
        onHook: async ({ hook }) => {
          asked.push(hook);
          return { accepted: true, lines: [`heard ${hook}`] };
        },
        onEnd: async () => {
          ends++;
        },
      },
    );

  /** A push that creates a branch at `main`. */
  function request(branch: string): Buffer {
    const sha = sample.git("rev-parse", "main");
    const pack = execFileSync("git", ["pack-objects", "--stdout", "--revs", "-q"], {
      cwd: sample.path,
      input: `${sha}\n`,
    });
    const line = `${"0".repeat(40)} ${sha} refs/heads/${branch}\0 report-status side-band-64k`;
    return Buffer.concat([Buffer.from(`${(line.length + 4).toString(16).padStart(4, "0")}${line}0000`), pack]);
  }

  const quarantines = () => readdirSync(join(sample.path, "objects")).filter((name) => name.startsWith("tmp_objdir"));

  test("lands, asks the hooks and passes on what they say, compressed or not", async () => {
    for (const [branch, encoding] of [
      ["plain", undefined],
      ["small", "gzip"],
    ] as const) {
      asked.length = 0;
      const body = request(branch);
      const { answer, over } = receive(Readable.from([encoding ? gzipSync(body) : body]), encoding);
      const text = (await buffer(answer)).toString();
      await over;
      expect(text).toMatch(/heard pre-receive.*unpack ok.*ok refs\/heads\/.*heard post-receive/s);
      expect(asked).toEqual(["pre-receive", "post-receive"]);
      expect(sample.git("rev-parse", branch)).toBe(sample.git("rev-parse", "main"));
    }
  });

  test("ends when its client has gone, before, in the middle and with bad compression, and leaves nothing", async () => {
    const before = sample.git("for-each-ref");
    const gone = new PassThrough();
    gone.destroy();
    await once(gone, "close");
    const half = new PassThrough();
    const whole = request("never");
    half.write(whole.subarray(0, -30));
    const begun = ends;
    const pushes = [
      receive(gone),
      receive(half),
      receive(Readable.from([gzipSync(whole).subarray(0, -20)]), "gzip"),
      receive(Readable.from([whole]), "gzip"),
    ];
    for (const { answer } of pushes) answer.on("error", () => {}).resume();
    half.destroy(new Error("aborted"));
    await Promise.all(pushes.map(({ over }) => over));
    expect(ends - begun).toBe(4);
    expect(sample.git("for-each-ref")).toBe(before);
    expect(quarantines()).toEqual([]);
    sample.git("fsck", "--strict");
  });

  test("goes on when nobody listens to its answer any more", async () => {
    const { answer, over } = receive(Readable.from([request("unheard")]));
    answer.destroy();
    await over;
    expect(sample.git("rev-parse", "unheard")).toBe(sample.git("rev-parse", "main"));
  });
});
