import { randomUUID } from "node:crypto";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { readPlatformConfig } from "../../../config.ts";
import { Claims } from "../../../db/claims.ts";
import { openBeside } from "../../../db/open-beside.ts";
import { openWakeups } from "../../../db/wakeups.ts";
import { fakeOwnTelemetry } from "../../../observe/testing/fake-own-telemetry.ts";
import { agentLogRef } from "../../../pipelines/logs/log-ref.ts";
import { logStoreIn } from "../../../pipelines/logs/log-store.ts";
import type { FakeAgents } from "../../../runtime/fake/fake-agents.ts";
import { createFakeRuntime } from "../../../runtime/fake/fake-runtime.ts";
import { openStore, type Store } from "../../../store.ts";
import { prepareData } from "../../../testing/prepared-data.ts";
import { appendEvent } from "../../append-event.ts";
import { createIdentity, lendToAgent } from "../../identity.ts";
import { setIdentityEnd } from "../../identity-end.ts";
import { notifySessionWork } from "../../notify-session-work.ts";
import { type SessionWorkerOptions, startSessionWorker } from "../session-worker.ts";

interface WorkerSettings extends Partial<SessionWorkerOptions> {
  readonly agents: FakeAgents;
  /** Milliseconds. */
  readonly lease?: number;
  /** True by default. */
  readonly isAlone?: boolean;
  readonly logger?: Logger;
}

/** A database with a project, for workers on it. */
export interface SessionScene extends AsyncDisposable {
  readonly store: Store;
  readonly projectId: string;
  startWorker(settings: WorkerSettings): { close(): Promise<void> };
  addProject(name: string): Promise<string>;
  /** Makes a session that waits, as a request for it does, and gives its id. */
  addSession(settings?: { readonly config?: object; readonly projectId?: string }): Promise<string>;
  row(id: string): Promise<SessionRow>;
  /** What happened: `<kind> <message>`. */
  events(id: string): Promise<readonly string[]>;
  /** Waits until a session has ended and is nobody's any more; gives `<status> <reason>`. */
  ended(id: string): Promise<string>;
  /** What is left of a session's identity: `active`, `token`, `loan`. */
  identity(id: string): Promise<readonly string[]>;
  logOf(id: string): Promise<string>;
}

type SessionRow = Awaited<ReturnType<typeof readRow>>;

export async function openSessionScene(): Promise<SessionScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "sessions-"));
  const silent = pino({ level: "silent" });
  await prepareData(dataDirectory);
  const store = await openStore(readPlatformConfig({ PLATFORM_DATA: dataDirectory }), {
    mode: "owner",
    logger: silent,
  });
  const { db, masterKey } = store;
  const wakeups = openWakeups(store.pool);
  const own = openBeside(store.pool, 3);
  const closing: (() => Promise<void>)[] = [];
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const addProject = async (name: string) => {
    const row = { owner_id: admin.id, name };
    return (await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow()).id;
  };
  const projectId = await addProject("hello");
  return {
    store,
    projectId,
    addProject,
    startWorker: ({ agents, lease = 30_000, isAlone = true, logger = silent, ...options }) => {
      const worker = startSessionWorker({
        ...{ db, claimsDb: own.db, wakeups, masterKey, logger, maxSessions: 4, maxLogBytes: 1e6 },
        ...{ agentEnvironment: {}, closingGrace: 10_000, retryPause: 0 },
        runtime: createFakeRuntime(undefined, agents),
        claims: new Claims({ table: "agent_sessions", claimant: randomUUID(), lease, isAlone }),
        logs: logStoreIn(dataDirectory),
        telemetry: fakeOwnTelemetry(),
        ...options,
      });
      closing.push(worker.close);
      return worker;
    },
    addSession: ({ config = {}, projectId: project = projectId } = {}) =>
      db.transaction().execute(async (transaction) => {
        const identity = await createIdentity(transaction);
        const { sessionId: id, agent } = identity;
        await transaction
          .insertInto("agent_sessions")
          .values({
            ...{ id, project_id: project, user_id: admin.id, agent_user_id: agent.id, prompt: "--greet" },
            ...{ provider: "claude-code", branch: `agent/${id.slice(0, 8)}`, role: "dev", image: "an-image" },
            ...{ config: JSON.stringify(config), delegate_deploy: false, delegate_observe: false },
            deadline_minutes: 60,
          })
          .execute();
        const loans = [{ permission: "project:write", everywhere: false }] as const;
        await lendToAgent(transaction, identity, { userId: admin.id, projectId: project, loans });
        await setIdentityEnd(transaction, id);
        await appendEvent(transaction, id, { kind: "message", message: "--greet", userId: admin.id });
        await notifySessionWork(transaction, id);
        return id;
      }),
    row: (id) => readRow(store, id),
    events: async (id) => {
      const rows = await db
        .selectFrom("session_events")
        .where("session_id", "=", id)
        .orderBy("number")
        .select(["kind", "message"])
        .execute();
      return rows.map(({ kind, message }) => `${kind} ${message}`);
    },
    ended: async (id) => {
      for (;;) {
        const { status, reason, claimed_by } = await readRow(store, id);
        if (claimed_by === null && isOver(status)) return `${status} ${reason}`;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    identity: async (id) => {
      const { agent_user_id } = await readRow(store, id);
      const users = await db.selectFrom("users").where("id", "=", agent_user_id).select("is_active").execute();
      const tokens = await db.selectFrom("api_tokens").where("user_id", "=", agent_user_id).select("id").execute();
      const loans = await db
        .selectFrom("delegations")
        .where("delegate_id", "=", agent_user_id)
        .where("revoked_at", "is", null)
        .select("id")
        .execute();
      return [
        ...users.filter((user) => user.is_active).map(() => "active"),
        ...tokens.map(() => "token"),
        ...loans.map(() => "loan"),
      ];
    },
    logOf: (id) => readFile(join(dataDirectory, agentLogRef(id)), "utf8"),
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closing.map((close) => close()));
      await Promise.all([wakeups.close(), own.close()]);
      await store.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

async function readRow({ db }: Store, id: string) {
  return await db.selectFrom("agent_sessions").where("id", "=", id).selectAll().executeTakeFirstOrThrow();
}

function isOver(status: string): boolean {
  return status !== "pending" && status !== "running";
}
