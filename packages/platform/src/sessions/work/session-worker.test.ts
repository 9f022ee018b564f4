import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { sql } from "kysely";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Claims } from "../../db/claims.ts";
import { until } from "../../db/embedded/until.ts";
import { openWakeups } from "../../db/wakeups.ts";
import {
  type AgentScript,
  createFakeAgents,
  type FakeAgents,
  type FakeAgentsOptions,
} from "../../runtime/fake/fake-agents.ts";
import { StartError } from "../../runtime/runtime.ts";
import { appendEvent } from "../append-event.ts";
import { notifySessionWork } from "../notify-session-work.ts";
import { stopSession } from "../stop-session.ts";
import { claimSessions } from "./claim-sessions.ts";
import { concludes, saved, says } from "./testing/agent-lines.ts";
import { openSessionScene, type SessionScene } from "./testing/session-scene.ts";

let scene: SessionScene;
beforeAll(async () => {
  scene = await openSessionScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const workers: { close(): Promise<void> }[] = [];
const allAgents: FakeAgents[] = [];
afterEach(async () => {
  await Promise.all(workers.splice(0).map((worker) => worker.close()));
  for (const { violations } of allAgents.splice(0)) expect(violations).toEqual([]);
});

type Settings = Partial<Parameters<SessionScene["startWorker"]>[0]>;

/** A worker whose agents do this. */
function work(script: AgentScript | FakeAgentsOptions = {}, settings: Settings = {}): FakeAgents {
  const agents = createFakeAgents(typeof script === "function" ? { scriptOf: () => script } : script);
  join(agents, settings);
  return agents;
}

function join(agents: FakeAgents, settings: Settings = {}): { close(): Promise<void> } {
  allAgents.push(agents);
  const worker = scene.startWorker({ agents, ...settings });
  workers.push(worker);
  return worker;
}

async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await once(signal, "abort");
}

/** What an agent does that ends when it is asked to, and saves its work. */
const waits: AgentScript = async ({ print, stopping }) => {
  await print(says("I work"));
  await aborted(stopping);
  await print(saved({ exit_code: 143 }));
  return { exitCode: 143 };
};

const stop = (id: string) =>
  scene.store.db.transaction().execute((transaction) => stopSession(transaction, id, { message: "Stopped" }));
const isRunning = async (id: string) => (await scene.row(id)).started_at !== null;

describe("a session", () => {
  test("runs with its identity, tells what happens, and ends with all of it", async () => {
    const id = await scene.addSession({ config: { model: "opus", max_turns: 9, setup_commands: ["npm ci"] } });
    const branch = `agent/${id.slice(0, 8)}`;
    const agents = work(
      async ({ print, plan }) => {
        await print("Cloning\n", "clone");
        await print("added 1 package\n", "setup");
        await print(says("Hello"));
        await print(concludes(`All done with ${plan.secrets.PLATFORM_API_TOKEN} and ${plan.secrets.KEY}`));
        await print(saved({ pushed: [{ branch, commit: "c".repeat(40) }] }));
        return undefined;
      },
      { agentEnvironment: { KEY: "very-secret-value", PLATFORM_API_TOKEN: "not this", BRANCH: "nor this" } },
    );
    expect(await scene.ended(id)).toBe("completed exit");
    const row = await scene.row(id);
    expect(row).toMatchObject({ message: "All done with *** and ***", exit_code: 0, turns: 3, cost_usd: 0.25 });
    expect(row).toMatchObject({ cost_tokens: 15, commit_sha: "c".repeat(40), pod_name: null, attempt: 1 });
    expect(await scene.events(id)).toEqual([
      "message --greet",
      "milestone The session has started",
      "setup Cloning",
      "setup added 1 package",
      "text Hello",
      `milestone Pushed cccccccccccc to ${branch}`,
      "completed All done with *** and ***",
    ]);
    expect(await scene.logOf(id)).toMatch(/^Cloning\nadded 1 package\n\{/);
    expect(await scene.identity(id)).toEqual([]);
    expect(agents.plans).toMatchObject([
      {
        ...{ sessionId: id, projectId: scene.projectId, image: "an-image", prompt: "--greet" },
        ...{ setupCommands: ["npm ci"], options: ["--model", "opus", "--max-turns", "9"] },
        environment: { SESSION_ID: id, PROJECT_ID: scene.projectId, BRANCH: branch, AGENT_ROLE: "dev" },
        secrets: { KEY: "very-secret-value", PLATFORM_API_TOKEN: expect.stringMatching(/^plat_api_/) },
        clone: { path: "/admin/hello.git", user: `agent-${id.slice(0, 8)}`, branch, defaultBranch: "main" },
      },
    ]);
    await until(() => agents.present().length === 0, 10_000);
  });

  test("that nothing of its own is wrong with keeps its token and loans until it ends", async () => {
    const id = await scene.addSession();
    work(waits);
    await until(() => isRunning(id), 10_000);
    expect(await scene.identity(id)).toEqual(["active", "token", "loan"]);
    const { started_at, expires_at } = await scene.row(id);
    expect(Date.parse(expires_at ?? "") - Date.parse(started_at ?? "")).toBe(3_600_000);
    await stop(id);
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect(await scene.identity(id)).toEqual([]);
  });

  test.each<[string, AgentScript, string, string | RegExp]>([
    [
      "the agent fails",
      async ({ print }) => {
        await print("runner: no tools\n");
        return { exitCode: 78 };
      },
      "failed exit",
      "The agent ended with exit code 78:\nrunner: no tools",
    ],
    [
      "a setup command fails",
      async ({ print }) => {
        await print("E404\n", "setup");
        return { stage: "setup", exitCode: 1, message: "Setup command 1 of 1 failed: npm ci" };
      },
      "failed setup_failed",
      "Setup command 1 of 1 failed: npm ci:\nE404",
    ],
    [
      "its clone cannot be made",
      async () => ({ stage: "clone", exitCode: 128 }),
      "failed start_failed",
      /cloned: exit code 128$/,
    ],
    [
      "its work cannot be pushed",
      async ({ print }) => {
        await print(saved({ saved: false, bundle: "/rescued/b", problems: ["refused"] }));
        return { exitCode: 70 };
      },
      "failed unsaved",
      "Work is left that could not be pushed. It is in /rescued/b, from which git fetch gets it. refused",
    ],
    [
      "it needs too much memory",
      async () => ({ kind: "oom_killed", exitCode: 137, message: "1 GiB" }),
      "failed oom_killed",
      "1 GiB",
    ],
    [
      "its platform showed no life",
      async () => ({ kind: "abandoned", message: "No life" }),
      "failed lost",
      /^No life\. .* refs\/agent-wip\//,
    ],
  ])("of which %s has failed, and says why", async (_, script, end, message) => {
    const id = await scene.addSession();
    work(script);
    expect(await scene.ended(id)).toBe(end);
    expect((await scene.row(id)).message).toEqual(
      typeof message === "string" ? message : expect.stringMatching(message),
    );
    expect(await scene.identity(id)).toEqual([]);
    expect((await scene.events(id)).at(-1)).toMatch(/^error /);
  });

  test("tells of messages that its agent did not get any more", async () => {
    const id = await scene.addSession();
    const { db } = scene.store;
    work(async ({ print }) => {
      await print(concludes("Done"));
      await db.transaction().execute((tx) => appendEvent(tx, id, { kind: "message", message: "wait" }));
      await print(saved({ messages: 1 }));
      return undefined;
    });
    expect(await scene.ended(id)).toBe("completed exit");
    expect((await scene.events(id)).slice(-2)).toEqual([
      "error A message came too late: the agent had ended",
      "completed Done",
    ]);
  });

  test.each([
    ["a commit that is none", (branch: string) => ({ pushed: [{ branch, commit: "\0" }] })],
    ["a message that nobody could send", () => ({ messages: 3_000_000_000 })],
  ])("ends whatever an agent says in the runner's name, as %s", async (_, claim) => {
    const id = await scene.addSession();
    work(async ({ print }) => {
      await print(concludes("Done") + saved(claim(`agent/${id.slice(0, 8)}`)));
      return undefined;
    });
    expect(await scene.ended(id)).toBe("completed exit");
    expect((await scene.row(id)).commit_sha).toBeNull();
  });

  test("names no file that went with its pod", async () => {
    const id = await scene.addSession();
    const script: AgentScript = async ({ print }) => {
      await print(saved({ saved: false, bundle: "/home/agent/rescue/b", problems: ["refused"] }));
      return { exitCode: 70 };
    };
    work({ survive: true, scriptOf: () => script });
    expect(await scene.ended(id)).toBe("failed unsaved");
    expect((await scene.row(id)).message).toMatch(/last checkpoint.* refs\/agent-wip\//);
    expect((await scene.events(id)).join()).not.toContain("/home/agent/rescue");
  });

  test("ends also where the database refuses how it ended", async () => {
    const id = await scene.addSession();
    work(async () => ({ exitCode: 2 ** 40 }));
    expect(await scene.ended(id)).toBe("failed lost");
    expect((await scene.row(id)).message).toMatch(/could not be recorded.* refs\/agent-wip\//);
    expect(await scene.identity(id)).toEqual([]);
  });
});

test("who runs sessions is told of those that wait or are to be stopped, and not of all that happens in them", async () => {
  const { db, pool } = scene.store;
  await using wakeups = openedWakeups(pool);
  const { told } = wakeups;
  const from = randomUUID();
  await until(async () => {
    await notifySessionWork(db, from);
    return told.includes(from);
  }, 20_000);
  const id = await scene.addSession();
  for (const message of ["one", "two"]) {
    await db.transaction().execute((tx) => appendEvent(tx, id, { kind: "text", message }));
  }
  // Somebody has begun with it.
  await sql`update agent_sessions set status = 'running', claimed_by = gen_random_uuid() where id = ${id}`.execute(db);
  await stop(id);
  const after = randomUUID();
  await notifySessionWork(db, after);
  await until(async () => told.includes(after), 20_000);
  expect(told.filter((about) => about === id)).toHaveLength(2);
  await sql`update agent_sessions set status = 'failed', claimed_by = null where id = ${id}`.execute(db);
});

function openedWakeups(pool: SessionScene["store"]["pool"]): AsyncDisposable & { readonly told: string[] } {
  const wakeups = openWakeups(pool);
  const told: string[] = [];
  wakeups.on("session_work", (payload) => told.push(payload));
  return { told, [Symbol.asyncDispose]: () => wakeups.close() };
}

describe("a session that is ended", () => {
  test("on request saves its work first", async () => {
    const id = await scene.addSession();
    const agents = work(waits);
    await until(() => isRunning(id), 10_000);
    await stop(id);
    await stop(id);
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect(await scene.row(id)).toMatchObject({ message: "It was stopped", exit_code: 143 });
    expect(agents.log.filter((line) => line.endsWith(" stopped"))).toHaveLength(1);
  });

  test("while it is prepared starts nothing", async () => {
    const id = await scene.addSession();
    const agents = work({ prepare: () => new Promise(() => {}) });
    await until(() => agents.plans.length > 0, 10_000);
    await stop(id);
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect(agents.log).toEqual([`${id} prepares`]);
    expect(await scene.identity(id)).toEqual([]);
  });

  test("by its deadline, wherever that is by then", async () => {
    const id = await scene.addSession();
    const agents = work(waits, { lease: 1500 });
    await until(() => isRunning(id), 10_000);
    const setEnd = (end: string) =>
      sql`update agent_sessions set expires_at = now() + ${end}::interval where id = ${id}`.execute(scene.store.db);
    await setEnd("1 minute");
    const looks = agents.log.length;
    await until(() => agents.log.length > looks, 10_000);
    expect((await scene.row(id)).status).toBe("running");
    await setEnd("-1 second");
    expect(await scene.ended(id)).toBe("stopped deadline");
    expect((await scene.row(id)).message).toBe("Its time was over");
  });

  test("although it had just come to its end is completed", async () => {
    const id = await scene.addSession();
    work(async ({ print, stopping }) => {
      await aborted(stopping);
      await print(concludes("Done"));
      await print(saved());
      return undefined;
    });
    await until(() => isRunning(id), 10_000);
    await stop(id);
    expect(await scene.ended(id)).toBe("completed exit");
  });
});

describe("a session that cannot be started", () => {
  test("by its own fault has failed with the reason, and its identity is gone", async () => {
    const id = await scene.addSession();
    const agents = work({ prepare: () => Promise.reject(new StartError("there is no such image")) });
    expect(await scene.ended(id)).toBe("failed start_failed");
    expect(await scene.row(id)).toMatchObject({
      ...{ message: "It could not be started: there is no such image", started_at: null },
    });
    expect(await scene.identity(id)).toEqual([]);
    expect(agents.present()).toEqual([]);
  });

  test("by the platform's fault waits a while before it is tried again", async () => {
    const id = await scene.addSession();
    const agents = work({ prepare: () => Promise.reject(new Error("no disk")) }, { retryPause: 3_600_000 });
    await until(async () => (await scene.row(id)).lost_claims === 1, 10_000);
    const { db } = scene.store;
    const claims = new Claims({ table: "agent_sessions", claimant: randomUUID(), lease: 30_000, isAlone: true });
    expect(await claimSessions(db, claims, 10)).toEqual([]);
    await sql`update agent_sessions set not_before = now() where id = ${id}`.execute(db);
    await until(async () => (await scene.row(id)).lost_claims === 2, 10_000);
    expect(agents.plans).toHaveLength(2);
    await stop(id);
  });

  test("by the platform's fault is tried three times", async () => {
    const id = await scene.addSession();
    const agents = work({ prepare: () => Promise.reject(new Error("no disk")) });
    expect(await scene.ended(id)).toBe("failed start_failed");
    expect((await scene.row(id)).message).toContain("3 times");
    expect(agents.plans).toHaveLength(3);
    expect(await scene.identity(id)).toEqual([]);
  });

  test("since a secret cannot be read says so", async () => {
    const id = await scene.addSession();
    const { db } = scene.store;
    await db
      .insertInto("secrets")
      .values({ project_id: scene.projectId, name: "K", scope: "agent", encrypted_value: Buffer.alloc(40) })
      .execute();
    work();
    expect(await scene.ended(id)).toBe("failed start_failed");
    expect((await scene.row(id)).message).toMatch(/secret K of the project/);
    await db.deleteFrom("secrets").execute();
  });
});

test("sessions wait for a free place, those of a project with fewer running ones go first", async () => {
  const other = await scene.addProject("other");
  const ids = [await scene.addSession(), await scene.addSession(), await scene.addSession()];
  const late = await scene.addSession({ projectId: other });
  const running: string[] = [];
  const agents = createFakeAgents({
    scriptOf: ({ sessionId }) => {
      running.push(sessionId);
      return waits;
    },
  });
  join(agents, { maxSessions: 2 });
  await until(() => running.length === 2, 10_000);
  expect(new Set(running)).toEqual(new Set([ids[0], late]));
  await stop(late);
  await until(() => running.length === 3, 10_000);
  expect(running.at(-1)).toBe(ids[1]);
  for (const id of ids) await stop(id);
  for (const id of [...ids, late]) await scene.ended(id);
});

describe("a platform that closes", () => {
  /** From then on the platform has got hold of the agent, too. */
  const hasToldOfWork = async (id: string) => (await scene.events(id)).includes("text I work");

  test("gives agents that end with it time to save their work", async () => {
    const id = await scene.addSession();
    const agents = createFakeAgents({ scriptOf: () => waits });
    const worker = join(agents);
    await until(() => hasToldOfWork(id), 10_000);
    await worker.close();
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect((await scene.row(id)).message).toBe("The platform was stopped");
    expect(agents.present()).toEqual([]);
  });

  test("ends those that take too long, and says where their work is", async () => {
    const id = await scene.addSession();
    const never: AgentScript = async ({ print }) => {
      await print(says("I work"));
      return await new Promise(() => {});
    };
    const agents = createFakeAgents({ scriptOf: () => never });
    const worker = join(agents, { closingGrace: 10 });
    await until(() => hasToldOfWork(id), 10_000);
    await worker.close();
    expect(await scene.ended(id)).toBe("stopped stopped");
    expect((await scene.row(id)).message).toMatch(/before its work was saved\..*refs\/agent-wip\//);
    expect(agents.present()).toEqual([]);
  });

  test("gives back what has not started", async () => {
    const id = await scene.addSession();
    const agents = createFakeAgents({ prepare: () => new Promise(() => {}) });
    const worker = join(agents);
    await until(() => agents.plans.length > 0, 10_000);
    await worker.close();
    expect(await scene.row(id)).toMatchObject({ status: "pending", claimed_by: null, lost_claims: 0 });
    work();
    expect(await scene.ended(id)).toBe("completed exit");
  });

  test("does not wait for ever for an agent that neither starts nor fails to", async () => {
    const id = await scene.addSession();
    const agents = createFakeAgents({ survive: true });
    const startAgent: FakeAgents["startAgent"] = async (_plan, events, signal) => {
      await events.starting("a-pod");
      await once(signal, "abort");
      throw signal.reason;
    };
    // All that is waited when it closes is then 0.1 s.
    const worker = join({ ...agents, startAgent }, { closingGrace: -4_900 });
    await until(() => isRunning(id), 10_000);
    await worker.close();
    expect((await scene.row(id)).status).toBe("running");
    work();
    expect(await scene.ended(id)).toBe("failed lost");
  });

  test("lets agents go that go on without it, and the next one goes on with them", async () => {
    const id = await scene.addSession();
    const told = Promise.withResolvers<void>();
    const agents = createFakeAgents({
      survive: true,
      scriptOf:
        () =>
        async ({ print }) => {
          await print(says("before"));
          await told.promise;
          await print(says("after"));
          await print(concludes("Done") + saved());
          return undefined;
        },
    });
    const worker = join(agents);
    await until(async () => (await scene.events(id)).includes("text before"), 10_000);
    await worker.close();
    expect(await scene.row(id)).toMatchObject({ status: "running", pod_name: `agent-${id}` });
    told.resolve();
    join(agents);
    expect(await scene.ended(id)).toBe("completed exit");
    expect((await scene.events(id)).filter((line) => line.startsWith("text"))).toEqual(["text before", "text after"]);
    expect(await scene.row(id)).toMatchObject({ message: "Done", attempt: 2 });
    expect((await scene.logOf(id)).match(/before|after/g)).toEqual(["before", "after"]);
    expect(agents.log.filter((line) => /starts|resumed|disposed/.test(line))).toEqual([
      `${id} starts`,
      `${id} resumed`,
      `${id} disposed`,
    ]);
  });

  test("what an agent had told of its end by then is not forgotten by the next one", async () => {
    const id = await scene.addSession();
    const branch = `agent/${id.slice(0, 8)}`;
    const ends = Promise.withResolvers<void>();
    const agents = createFakeAgents({
      survive: true,
      scriptOf:
        () =>
        async ({ print }) => {
          await print(says("Done"));
          await print(saved({ pushed: [{ branch, commit: "c".repeat(40) }] }));
          await ends.promise;
          return undefined;
        },
    });
    const worker = join(agents);
    await until(async () => (await scene.events(id)).includes(`milestone Pushed cccccccccccc to ${branch}`), 10_000);
    await worker.close();
    ends.resolve();
    join(agents);
    expect(await scene.ended(id)).toBe("completed exit");
    expect(await scene.row(id)).toMatchObject({ message: "Done", commit_sha: "c".repeat(40), attempt: 2 });
  });

  test("an agent that ended while nobody looked, as somebody had asked for, was stopped", async () => {
    const id = await scene.addSession();
    const ends = Promise.withResolvers<void>();
    const agents = createFakeAgents({
      survive: true,
      scriptOf:
        () =>
        async ({ print }) => {
          await print(says("before"));
          await ends.promise;
          await print(saved({ exit_code: 143 }));
          return { exitCode: 143 };
        },
    });
    const worker = join(agents);
    await until(async () => (await scene.events(id)).includes("text before"), 10_000);
    await worker.close();
    await sql`update agent_sessions set stop_requested_at = now() where id = ${id}`.execute(scene.store.db);
    ends.resolve();
    join(agents);
    expect(await scene.ended(id)).toBe("stopped stopped");
  });
});
