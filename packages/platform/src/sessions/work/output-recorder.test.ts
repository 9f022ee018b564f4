import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { resumeLog } from "../../pipelines/logs/log-writer.ts";
import { OutputRecorder, type Progress } from "./output-recorder.ts";
import { says } from "./testing/agent-lines.ts";

let directory: string;
let count = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "recorder-"));
});
afterAll(() => rm(directory, { recursive: true }));

const token = `plat_api_${"0123456789abcdef".repeat(4)}`;
const hidden = ["hunter22", 'quo"ted\nsecond line'];

/** Somebody who keeps what they are told until they cannot any more. */
function keeper(path: string, { from = null as Progress | null, most = Number.POSITIVE_INFINITY } = {}) {
  const kept: Progress[] = [];
  const recorder = new OutputRecorder({
    openLog: () => resumeLog(path, { size: from?.logBytes ?? 0 }, { secrets: [], maxBytes: 1e6 }),
    hidden,
    keepsRescued: true,
    onError: () => {},
    keep: async (progress) => {
      if (kept.length >= most) throw new Error("the claim was lost");
      kept.push(progress);
    },
  });
  const events = () => kept.flatMap((progress) => progress.events.map(({ kind, message }) => `${kind} ${message}`));
  return { recorder, kept, events };
}

const newLog = () => join(directory, `${++count}.log`);

test("secrets and tokens show neither in the log nor in events, however the output is cut", async () => {
  const text = `${says("it is hunter22")}${says('quo"ted')}runner: second line ${token}\n${says(token)}`;
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length)), async (cuts) => {
      const path = newLog();
      const { recorder, events } = keeper(path);
      const places = [0, ...cuts.sort((a, b) => a - b), text.length];
      for (const [index, end] of places.entries()) {
        const chunk = Buffer.from(text.slice(places[index - 1] ?? 0, end));
        await recorder.take({ stage: "agent", chunk, cursor: null });
      }
      await recorder.finish("it was stopped");
      const log = await readFile(path, "utf8");
      expect(log.endsWith("[platform] it was stopped\n")).toBe(true);
      for (const shown of [log, events().join("\n")]) expect(shown).not.toMatch(/hunter22|quo\\?"ted|second line/);
      expect(events().slice(0, 2)).toEqual(["text it is ***", "text ***"]);
      // A token of which nobody knows is found by its form where it is not divided.
      if (cuts.length === 0) expect(`${log}${events().join("\n")}`).not.toContain("plat_api_");
    }),
    { numRuns: 30 },
  );
});

test("who goes on where somebody else was cut off adds what follows, and nothing twice", async () => {
  const line = fc.oneof(fc.string({ maxLength: 20 }).map(says), fc.constant("plain\n"), fc.constant("\n"));
  const chunks = fc.array(fc.array(line, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(3), async (pieces, most) => {
      const outputs = pieces.map((lines, index) => ({
        ...{ stage: "agent" as const, chunk: Buffer.from(lines.join("")), cursor: String(index + 1) },
      }));
      const whole = keeper(newLog());
      for (const output of outputs) await whole.recorder.take(output);
      await whole.recorder.finish();

      const path = newLog();
      const first = keeper(path, { most });
      for (const output of outputs.slice(0, outputs.length - 1)) {
        await first.recorder.take(output);
        // As when the time for it has come.
        if (output.chunk.length % 2 === 0) await first.recorder.keep();
      }
      await first.recorder.close();
      const last = first.kept.at(-1) ?? null;
      const second = keeper(path, { from: last });
      for (const output of outputs.slice(Number(last?.cursor ?? 0))) await second.recorder.take(output);
      await second.recorder.finish();
      expect([...first.events(), ...second.events()]).toEqual(whole.events());
      expect(await readFile(path, "utf8")).toBe(pieces.flat().join(""));
    }),
    { numRuns: 30 },
  );
});

test("events are kept soon after they came, together", async () => {
  const { recorder, kept, events } = keeper(newLog());
  for (let index = 0; index < 50; index++) {
    await recorder.take({ stage: "agent", chunk: Buffer.from(says(String(index))), cursor: null });
  }
  await expect.poll(() => events().length).toBe(50);
  expect(kept.length).toBeLessThan(50);
  await recorder.close();
});

test("what keeps output from being kept is told, once", async () => {
  const errors: unknown[] = [];
  const failure = new Error("refused");
  const recorder = new OutputRecorder({
    ...{ openLog: async () => undefined, hidden, keepsRescued: true },
    keep: () => Promise.reject(failure),
    onError: (error) => errors.push(error),
  });
  await recorder.take({ stage: "agent", chunk: Buffer.from(says("one")), cursor: null });
  await recorder.keep();
  await recorder.take({ stage: "agent", chunk: Buffer.from(says("two")), cursor: null });
  await recorder.finish();
  expect(errors).toEqual([failure]);
});

test("output goes on without a log where there can be none", async () => {
  const kept: Progress[] = [];
  const keep = async (progress: Progress) => void kept.push(progress);
  const onError = () => {};
  const recorder = new OutputRecorder({ openLog: async () => undefined, hidden, keepsRescued: true, keep, onError });
  await recorder.take({ stage: "setup", chunk: Buffer.from("half a li"), cursor: null });
  await recorder.take({ stage: "agent", chunk: Buffer.from(says("on")), cursor: null });
  await recorder.finish("note");
  expect(kept.flatMap((progress) => progress.events)).toMatchObject([{ message: "half a li" }, { message: "on" }]);
});
