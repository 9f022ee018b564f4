import { expect, test } from "vitest";
import { until } from "../../db/embedded/until.ts";
import { createFakeAgents } from "../../runtime/fake/fake-agents.ts";
import { concludes, saved, says } from "./testing/agent-lines.ts";
import { openSessionScene } from "./testing/session-scene.ts";
import { unreliable } from "./testing/unreliable.ts";

const wait = (milliseconds: number) => new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds));

test("platforms that lose their database again and again pass sessions on: each runs once, each event is kept once", async () => {
  await using scene = await openSessionScene();
  const lines = 60;
  const ids = await Promise.all(Array.from({ length: 6 }, () => scene.addSession()));
  const agents = createFakeAgents({
    survive: true,
    scriptOf:
      () =>
      async ({ print, stopping }) => {
        for (let number = 1; number <= lines && !stopping.aborted; number++) {
          await print(says(`line ${number}`));
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
        await print(concludes("Done") + saved());
        return undefined;
      },
  });
  const platforms = Array.from({ length: 2 }, () => {
    const connection = { isLost: false };
    const { db } = scene.store;
    const own = { db: unreliable(db, connection), claimsDb: unreliable(db, connection) };
    return { connection, worker: scene.startWorker({ agents, lease: 1500, isAlone: false, maxSessions: 6, ...own }) };
  });
  const ended = Promise.all(ids.map((id) => scene.ended(id)));
  const isOver = ended.then(() => true);
  for (let turn = 0; !(await Promise.race([isOver, wait(1200)])); turn++) {
    for (const [index, { connection }] of platforms.entries()) connection.isLost = turn < 8 && turn % 3 === index;
  }
  for (const [index, end] of (await ended).entries()) {
    const id = ids[index] ?? "";
    const hasStarted = agents.log.includes(`${id} starts`);
    // It may be claimed and lost three times before it starts, or lost at the very moment at which that is noted.
    if (!hasStarted) expect(["failed start_failed", "failed lost"]).toContain(end);
    else expect(end).toBe("completed exit");
    const texts = (await scene.events(id)).filter((event) => event.startsWith("text"));
    expect(texts).toEqual(Array.from({ length: hasStarted ? lines : 0 }, (_, line) => `text line ${line + 1}`));
    if (hasStarted) expect((await scene.logOf(id)).match(/line \d+/g)).toEqual(texts.map((text) => text.slice(5)));
  }
  expect(agents.violations).toEqual([]);
  expect(agents.log.filter((line) => line.endsWith("resumed")).length).toBeGreaterThan(0);
  expect(await until(() => agents.present().length === 0, 10_000)).toBe(true);
  await Promise.all(platforms.map(({ worker }) => worker.close()));
}, 60_000);
