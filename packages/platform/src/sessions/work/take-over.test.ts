import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Claims } from "../../db/claims.ts";
import { until } from "../../db/embedded/until.ts";
import { createFakeAgents } from "../../runtime/fake/fake-agents.ts";
import { claimSessions } from "./claim-sessions.ts";
import { cleanUpSessions, isWanted } from "./clean-up.ts";
import { recordStart } from "./record-session.ts";
import { openSessionScene, type SessionScene } from "./testing/session-scene.ts";
import { unreliable } from "./testing/unreliable.ts";

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

  test("after it was asked to stop, and whose agent is gone, is stopped, and its checkpoint named", async () => {
    const id = await abandonedSession({ isStarted: true });
    await sql`update agent_sessions set stop_requested_at = now() where id = ${id}`.execute(scene.store.db);
    await using _ = closing(scene.startWorker({ agents: createFakeAgents() }));
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect((await scene.row(id)).message).toContain(`refs/agent-wip/${id}`);
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

test("a platform that loses its database for too long ends the agents that end with it, and tells of them afterwards", async () => {
  const id = await scene.addSession();
  const agents = createFakeAgents({ scriptOf: () => () => new Promise(() => {}) });
  const connection = { isLost: false };
  const db = unreliable(scene.store.db, connection);
  await using _ = closing(scene.startWorker({ agents, lease: 1000, isAlone: false, db, claimsDb: db }));
  await until(() => agents.present().length > 0, 20_000);
  connection.isLost = true;
  expect(await until(() => agents.present().length === 0, 20_000)).toBe(true);
  expect((await scene.row(id)).status).toBe("running");
  connection.isLost = false;
  expect(await scene.ended(id)).toBe("failed lost");
  expect(await scene.identity(id)).toEqual([]);
});

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
