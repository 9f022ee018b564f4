import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Logger, pino } from "pino";
import { readPlatformConfig } from "../../config.ts";
import type { WorkloadRow } from "../../db/schema.ts";
import { openWakeups } from "../../db/wakeups.ts";
import { fakeOwnTelemetry } from "../../observe/testing/fake-own-telemetry.ts";
import type { FakeWorkloads } from "../../runtime/fake/fake-workloads.ts";
import { WorkloadError } from "../../runtime/workload.ts";
import { openStore, type Store } from "../../store.ts";
import { prepareData } from "../../testing/prepared-data.ts";
import { changeWorkload, type WorkloadChange } from "../change-workload.ts";
import { createWorkload, type NewWorkload } from "../create-workload.ts";
import { endWorkload } from "../end-workload.ts";
import { startWorkloads } from "../start-workloads.ts";

interface ReconcilerSettings {
  readonly workloads: FakeWorkloads;
  /** Milliseconds. */
  readonly lease?: number;
  /** True by default. */
  readonly isAlone?: boolean;
  readonly logger?: Logger;
}

/** A database with a project, for reconcilers on it. */
export interface WorkloadScene extends AsyncDisposable {
  readonly store: Store;
  readonly projectId: string;
  start(settings: ReconcilerSettings): Promise<{ close(): Promise<void> }>;
  /** Makes the preview of a branch and gives its id. */
  addPreview(branch: string, more?: Partial<NewWorkload>): Promise<string>;
  change(id: string, change: WorkloadChange): Promise<void>;
  end(id: string): Promise<void>;
  /** Undefined when there is no such row. */
  row(id: string): Promise<WorkloadRow | undefined>;
  /** Each `<generation> <action> <status>` and a reason if there is one, oldest first. */
  history(id: string): Promise<readonly string[]>;
  /** Waits until that holds for the row. */
  until(id: string, holds: (row: WorkloadRow | undefined) => boolean): Promise<WorkloadRow | undefined>;
}

export async function openWorkloadScene(): Promise<WorkloadScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "workloads-"));
  const silent = pino({ level: "silent" });
  await prepareData(dataDirectory);
  const config = readPlatformConfig({ PLATFORM_DATA: dataDirectory });
  const store = await openStore(config, { mode: "owner", logger: silent });
  const { db } = store;
  const wakeups = openWakeups(store.pool);
  const closing: (() => Promise<void>)[] = [];
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const project = { owner_id: admin.id, name: "hello" };
  const { id: projectId } = await db.insertInto("projects").values(project).returning("id").executeTakeFirstOrThrow();
  const row = (id: string) => db.selectFrom("workloads").where("id", "=", id).selectAll().executeTakeFirst();
  return {
    store,
    projectId,
    start: async ({ workloads, lease = 30_000, isAlone = true, logger = silent }) => {
      const databaseUrl = isAlone ? undefined : "postgres://elsewhere";
      const runtime = { workloads, cleanUp: async () => {} };
      const started = await startWorkloads({
        ...{ config: { databaseUrl }, store, runtime, wakeups, logger, lease, telemetry: fakeOwnTelemetry() },
        manifestsOf: async () => {
          throw new WorkloadError("ops_repo", "there are no ops repos here", { isFinal: true });
        },
      });
      const close = (): Promise<void> => started.close();
      closing.push(close);
      return { close };
    },
    addPreview: (branch, more = {}) =>
      db.transaction().execute(async (transaction) => {
        const { workload } = await createWorkload(transaction, {
          ...{ projectId, place: { branch, ttlHours: 24 }, image_ref: "an-image:1", created_by: admin.id },
          ...more,
        });
        return workload.id;
      }),
    change: async (id, change) => {
      await db.transaction().execute((transaction) => changeWorkload(transaction, id, change));
    },
    end: async (id) => {
      await db.transaction().execute((transaction) => endWorkload(transaction, id, "merged"));
    },
    row,
    history: async (id) => {
      const rows = await db
        .selectFrom("workload_history")
        .where("workload_id", "=", id)
        .orderBy("created_at")
        .select(["generation", "action", "status", "reason"])
        .execute();
      return rows.map(({ generation, action, status, reason }) =>
        [generation, action, status, ...(reason === null ? [] : [reason])].join(" "),
      );
    },
    until: async (id, holds) => {
      for (;;) {
        const found = await row(id);
        if (holds(found)) return found;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closing.map((close) => close()));
      await wakeups.close();
      await store.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
