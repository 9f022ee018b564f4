import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Claims } from "../../db/claims.ts";
import { until } from "../../db/embedded/until.ts";
import type { Queryable } from "../../db/queryable.ts";
import { createFakeAgents } from "../../runtime/fake/fake-agents.ts";
import { claimSessions } from "./claim-sessions.ts";
import { cleanUpSessions, isWanted } from "./clean-up.ts";
import { recordStart } from "./record-session.ts";
import { concludes, saved, says } from "./testing/agent-lines.ts";
import { openSessionScene, type SessionScene } from "./testing/session-scene.ts";

let scene: SessionScene;
beforeAll(async () => {
  scene = await openSessionScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** A session that a platform has claimed, and perhaps started, before it was killed. */
async function abandonedSession({ isStarted }: { readonly isStarted: boolean }): Promise<string> {
  const { db } = scene.store;
  const id = await scene.addSession();
  const claims = new Claims({ table: "agent_sessions", claimant: randomUUID(), lease: 30_000, isAlone: false });
  const [claim] = await claimSessions(db, claims, 1);
  if (claim?.id !== id) throw new Error("claimed another session");
  if (isStarted) await recordStart(db, { claims, claim }, { podName: null, signal: new AbortController().signal });
  return id;
}

describe("a session whose platform was killed", () => {
  test("before it started waits again, and runs", async () => {
    const id = await abandonedSession({ isStarted: false });
    const agents = createFakeAgents();
    await using _ = closing(scene.startWorker({ agents }));
    expect(await scene.ended(id)).toBe("completed exit");
    expect(await scene.row(id)).toMatchObject({ attempt: 2, lost_claims: 0 });
    expect(agents.plans).toHaveLength(1);
  });

  test("before it started, three times, has failed", async () => {
    const id = await abandonedSession({ isStarted: false });
    await sql`update agent_sessions set lost_claims = 2 where id = ${id}`.execute(scene.store.db);
    const agents = createFakeAgents();
    await using _ = closing(scene.startWorker({ agents }));
    expect(await scene.ended(id)).toBe("failed start_failed");
    expect(agents.plans).toEqual([]);
    expect(await scene.identity(id)).toEqual([]);
  });

  test("and that somebody had asked to stop before it started, is stopped", async () => {
    const id = await abandonedSession({ isStarted: false });
    await sql`update agent_sessions set stop_requested_at = now() where id = ${id}`.execute(scene.store.db);
    await using _ = closing(scene.startWorker({ agents: createFakeAgents() }));
    expect(await scene.ended(id)).toBe("stopped stopped");
  });

  test("after it started, and whose agent is gone, is lost: never started again, and its checkpoint named", async () => {
    const id = await abandonedSession({ isStarted: true });
    const agents = createFakeAgents();
    await using _ = closing(scene.startWorker({ agents }));
    expect(await scene.ended(id)).toBe("failed lost");
    expect((await scene.row(id)).message).toContain(`refs/agent-wip/${id}`);
    expect(await scene.identity(id)).toEqual([]);
    expect(agents.plans).toEqual([]);
  });

  test("is left alone by others while its claim may be held", async () => {
    const id = await abandonedSession({ isStarted: true });
    const last = await scene.addSession();
    await using _ = closing(scene.startWorker({ agents: createFakeAgents(), isAlone: false }));
    await scene.ended(last);
    expect((await scene.row(id)).status).toBe("running");
    await sql`update agent_sessions set claim_expires_at = now() where id = ${id}`.execute(scene.store.db);
    await using __ = closing(scene.startWorker({ agents: createFakeAgents(), isAlone: false }));
    expect(await scene.ended(id)).toBe("failed lost");
  });
});

test("platforms that lose their database again and again pass sessions on: each runs once, each event is kept once", async () => {
  const lines = 60;
  const ids = await Promise.all(Array.from({ length: 6 }, () => scene.addSession()));
  const agents = createFakeAgents({
    survive: true,
    scriptOf:
      () =>
      async ({ print, stopping }) => {
        for (let number = 1; number <= lines && !stopping.aborted; number++) {
          await print(says(`line ${number}`));
          await new Promise((resolve) => setTimeout(resolve, 25));
        }
        await print(concludes("Done") + saved());
        return undefined;
      },
  });
  const platforms = Array.from({ length: 2 }, () => {
    const connection = { isLost: false };
    const { db } = scene.store;
    const own = { db: unreliable(db, connection), claimsDb: unreliable(db, connection) };
    return { connection, worker: scene.startWorker({ agents, lease: 450, isAlone: false, maxSessions: 6, ...own }) };
  });
  const ended = Promise.all(ids.map((id) => scene.ended(id)));
  const isOver = ended.then(() => true);
  for (let turn = 0; !(await Promise.race([isOver, wait(400)])); turn++) {
    for (const [index, { connection }] of platforms.entries()) connection.isLost = turn < 8 && turn % 3 === index;
  }
  for (const [index, end] of (await ended).entries()) {
    const id = ids[index] ?? "";
    const hasStarted = agents.log.includes(`${id} starts`);
    // The claim may be lost at the very moment at which it is noted that the agent starts.
    expect(end).toBe(hasStarted ? "completed exit" : "failed lost");
    const texts = (await scene.events(id)).filter((event) => event.startsWith("text"));
    expect(texts).toEqual(Array.from({ length: hasStarted ? lines : 0 }, (_, line) => `text line ${line + 1}`));
    if (hasStarted) expect((await scene.logOf(id)).match(/line \d+/g)).toEqual(texts.map((text) => text.slice(5)));
  }
  expect(agents.violations).toEqual([]);
  expect(agents.log.filter((line) => line.endsWith("resumed")).length).toBeGreaterThan(0);
  expect(await until(() => agents.present().length === 0, 10_000)).toBe(true);
  await Promise.all(platforms.map(({ worker }) => worker.close()));
}, 60_000);

test("what should not be is put right", async () => {
  const { db } = scene.store;
  const [ended, running, unwanted] = [await scene.addSession(), await scene.addSession(), await scene.addSession()];
  await sql`update agent_sessions set status = 'failed' where id = ${ended}`.execute(db);
  await sql`update agent_sessions set status = 'running', claimed_by = gen_random_uuid() where id = ${running}`.execute(
    db,
  );
  const project = await scene.addProject("gone");
  await sql`update agent_sessions set project_id = ${project} where id = ${unwanted}`.execute(db);
  await sql`update projects set is_active = false where id = ${project}`.execute(db);
  await cleanUpSessions(db);
  await cleanUpSessions(db);
  expect(await scene.identity(ended)).toEqual([]);
  expect(await scene.identity(running)).toEqual(["active", "loan"]);
  expect(await scene.row(unwanted)).toMatchObject({ status: "stopped", message: "The project was deleted" });
  const wanted = async (sessionId: string) => await isWanted(db, { kind: "agent", sessionId });
  expect(await Promise.all([ended, running, randomUUID()].map(wanted))).toEqual([false, true, false]);
  await sql`update agent_sessions set status = 'failed', claimed_by = null where id = ${running}`.execute(db);
});

function closing(worker: { close(): Promise<void> }): AsyncDisposable {
  return { [Symbol.asyncDispose]: worker.close };
}

const wait = (milliseconds: number) => new Promise<false>((resolve) => setTimeout(() => resolve(false), milliseconds));

/** A database that rejects whatever is begun while the connection is lost. */
function unreliable(db: Queryable, connection: { readonly isLost: boolean }): Queryable {
  return db.withPlugin({
    transformQuery: ({ node }) => {
      if (connection.isLost) throw new Error("the connection is lost");
      return node;
    },
    transformResult: async ({ result }) => result,
  });
}
