import { randomInt } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSandbox, postmasterPid, type Sandbox } from "../testing/sandbox.ts";
import { WriterProcess } from "../testing/writer-process.ts";
import { layoutOf } from "./layout.ts";
import { processesMarked } from "./process-table.ts";
import { markerOf } from "./server.ts";

const ROUNDS = Number(process.env.CHAOS_ROUNDS ?? 2);
const SEED = Number(process.env.CHAOS_SEED ?? randomInt(2 ** 31));
/** How soon it must be back, in milliseconds. Beside all other tests, on a busy machine, time is not what is tested. */
const RESTART = process.env.CHAOS_ROUNDS === undefined ? 30_000 : 3_000;
const VICTIMS = ["platform", "postgres", "both", "session", "opening"] as const;

let sandbox: Sandbox;
beforeAll(async () => {
  sandbox = await openSandbox();
});
afterAll(() => sandbox.remove());

test(`nothing acknowledged is lost, whatever is killed and when (CHAOS_SEED=${SEED}, ${ROUNDS} rounds)`, {
  timeout: 60_000 + ROUNDS * 10_000,
}, async () => {
  const random = randomNumbers(SEED);
  const dataDirectory = sandbox.dataDirectory();
  const acknowledged: number[] = [];
  let slowest = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const victim = VICTIMS[round % VICTIMS.length] ?? "both";
    const context = `CHAOS_SEED=${SEED} round ${round} (${victim})`;
    const writer = new WriterProcess(dataDirectory);
    if (victim === "opening") {
      await delay(random() * 600);
      await writer.kill();
      acknowledged.push(...writer.acknowledged);
      continue;
    }
    const { ids, milliseconds } = await writer.opened();
    if (round > 0) {
      slowest = Math.max(slowest, milliseconds);
      expect(milliseconds, context).toBeLessThan(RESTART);
    }
    expect(missing(acknowledged, ids), context).toEqual([]);
    writer.send("write");
    await writer.waitFor("the first row", () => writer.acknowledged.length > 0);
    await delay(random() * 300);
    if (victim === "postgres" || victim === "session") {
      const victims = victim === "postgres" ? [await postmasterPid(dataDirectory)] : await sessionPids(dataDirectory);
      process.kill(victims[Math.floor(random() * victims.length)] ?? 0, "SIGKILL");
      const begin = performance.now();
      const before = writer.acknowledged.length;
      // More than the other sessions may have had under way.
      await writer.waitFor("rows after the restart", () => writer.acknowledged.length > before + 10, RESTART);
      slowest = Math.max(slowest, performance.now() - begin);
      await writer.kill();
    } else {
      const postmaster = await postmasterPid(dataDirectory);
      const killPostgres = () => victim === "both" && process.kill(postmaster, "SIGKILL");
      const platformFirst = random() < 0.5;
      platformFirst || killPostgres();
      const killed = writer.kill();
      platformFirst && killPostgres();
      await killed;
    }
    acknowledged.push(...writer.acknowledged);
  }
  const last = new WriterProcess(dataDirectory);
  const { ids, milliseconds } = await last.opened();
  expect(milliseconds).toBeLessThan(RESTART);
  expect(missing(acknowledged, ids)).toEqual([]);
  await last.close();
  expect(await sandbox.leftovers()).toEqual([]);
  const slowestMs = Math.round(Math.max(slowest, milliseconds));
  process.stdout.write(`${ROUNDS} crashes, ${acknowledged.length} rows kept, slowest restart ${slowestMs} ms\n`);
});

function missing(expected: readonly number[], found: readonly number[]): number[] {
  const present = new Set(found);
  return expected.filter((id) => !present.has(id));
}

async function sessionPids(dataDirectory: string): Promise<number[]> {
  const processes = await processesMarked(await markerOf(layoutOf(dataDirectory)));
  return processes.filter(({ command }) => command.includes("[local]")).map(({ pid }) => pid);
}

/** Numbers from 0 to 1 that depend on the seed alone (mulberry32). */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
