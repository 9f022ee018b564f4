import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seed, seededRandom } from "../lib/seeded-random.ts";
import { ProjectWriter } from "./project-writer.ts";
import { ServedPlatform } from "./served-platform.ts";

const rounds = Number(process.env.CHAOS_ROUNDS ?? 2);
/** Milliseconds that a restart may take. Alone on the machine it is the promise; among other tests it only bounds a hang. */
const patience = process.env.CHAOS_ROUNDS === undefined ? 30_000 : 3_000;

const victims = ["platform", "postgres", "both"] as const;

let data: string;
let platform: ServedPlatform;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), "chaos-"));
  platform = await ServedPlatform.on(data);
  await platform.start();
});
afterAll(async () => {
  await platform.stop();
  await rm(data, { recursive: true, force: true });
});

test(`kill -9 of platform, PostgreSQL or both under writes loses nothing (CHAOS_SEED=${seed}, ${rounds} rounds)`, {
  timeout: 60_000 + rounds * 30_000,
}, async () => {
  const random = seededRandom(seed);
  const token = await platform.token();
  const writers = ["a", "b", "c"].map((name) => new ProjectWriter(platform.url, token, name));
  const restarts: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const victim = victims[Math.floor(random() * victims.length)] ?? "both";
    const context = `CHAOS_SEED=${seed}, round ${round}: killed ${victim}`;
    for (const writer of writers) writer.start();
    await delay(random() * 400);
    const begin = performance.now();
    await killAndRestart(victim, random() < 0.5);
    // More than each writer may have had under way when it was killed: writing goes on.
    const before = confirmed(writers);
    while (confirmed(writers) <= before + writers.length) await delay(10);
    restarts.push(performance.now() - begin);
    expect(restarts.at(-1), context).toBeLessThan(patience);
    await Promise.all(writers.map((writer) => writer.stop()));
    const lost = await Promise.all(writers.map((writer) => writer.lost()));
    expect(lost.flat(), context).toEqual([]);
  }
  const slowest = Math.round(Math.max(...restarts));
  process.stdout.write(
    `${rounds} kills, ${confirmed(writers)} projects confirmed, at most ${slowest} ms until writing went on\n`,
  );
});

/** Kills, and starts again what does not come back by itself. */
async function killAndRestart(victim: (typeof victims)[number], platformFirst: boolean): Promise<void> {
  if (victim === "postgres") return await platform.killPostgres();
  if (victim === "both" && !platformFirst) await platform.killPostgres();
  await platform.killPlatform();
  if (victim === "both" && platformFirst) await platform.killPostgres();
  await platform.start();
}

function confirmed(writers: readonly ProjectWriter[]): number {
  return writers.reduce((sum, writer) => sum + writer.acknowledged.size, 0);
}
