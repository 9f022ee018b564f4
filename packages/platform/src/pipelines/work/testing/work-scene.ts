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
import type { Runtime } from "../../../runtime/runtime.ts";
import { openStore, type Store } from "../../../store.ts";
import { prepareData } from "../../../testing/prepared-data.ts";
import { createArtifactStore } from "../../artifacts/artifact-store.ts";
import { fileBlobsIn } from "../../artifacts/file-blobs.ts";
import { logStoreIn } from "../../logs/log-store.ts";
import { addPipeline } from "../../testing/add-pipeline.ts";
import { startWorker } from "../start-worker.ts";
import type { StepServices } from "../step-services.ts";

interface WorkerSettings {
  readonly runtime: Runtime;
  /** Milliseconds. */
  readonly lease?: number;
  readonly maxSteps?: number;
  /** True by default. */
  readonly isAlone?: boolean;
  readonly logger?: Logger;
  /** In place of the real ones. */
  readonly services?: Partial<StepServices>;
}

type PipelineSettings = Omit<Parameters<typeof addPipeline>[1], "projectId" | "commitSha">;

/** A database with a project, for workers on it. */
export interface WorkScene extends AsyncDisposable {
  readonly dataDirectory: string;
  readonly store: Store;
  readonly projectId: string;
  startWorker(settings: WorkerSettings): { close(): Promise<void> };
  /** Makes a pipeline and gives its id. */
  addPipeline(settings: PipelineSettings): Promise<string>;
  /** The statuses of a pipeline and its steps: `<pipeline>: <step>=<status>[/<reason>] …`. */
  look(pipelineId: string): Promise<string>;
  /** Waits until the pipeline has ended, and gives how. */
  ended(pipelineId: string): Promise<string>;
  step(pipelineId: string, name: string): Promise<StepRow>;
  logOf(pipelineId: string, name: string): Promise<string>;
}

type StepRow = Awaited<ReturnType<typeof readStep>>;

export async function openWorkScene(): Promise<WorkScene> {
  const dataDirectory = await mkdtemp(join(tmpdir(), "work-"));
  const config = readPlatformConfig({ PLATFORM_DATA: dataDirectory });
  const silent = pino({ level: "silent" });
  await prepareData(dataDirectory);
  const store = await openStore(config, { mode: "owner", logger: silent });
  const { db } = store;
  const wakeups = openWakeups(store.pool);
  const own = openBeside(store.pool, 3);
  const closing: (() => Promise<void>)[] = [];
  const projectId = await addProject(store);
  const scene: WorkScene = {
    dataDirectory,
    store,
    projectId,
    startWorker: ({ runtime, lease = 30_000, maxSteps = 4, isAlone = true, logger = silent, services }) => {
      const worker = startWorker({
        claimsDb: own.db,
        ...{ db, wakeups, maxSteps, runtime, logger, repositories: store.repositories, masterKey: store.masterKey },
        claims: new Claims({ table: "pipeline_steps", claimant: randomUUID(), lease, isAlone }),
        logs: logStoreIn(dataDirectory),
        maxLogBytes: 1e6,
        registry: config.registry,
        telemetry: fakeOwnTelemetry(),
        artifacts: createArtifactStore({ blobs: fileBlobsIn(dataDirectory), maxBytes: 1e6 }),
        ...services,
      });
      closing.push(worker.close);
      return worker;
    },
    addPipeline: (settings) => addPipeline(db, { projectId, commitSha: "c".repeat(40), ...settings }),
    look: (id) => look(store, id),
    ended: async (id) => {
      for (;;) {
        const text = await look(store, id);
        if (!/^(pending|running)/.test(text)) return text;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    step: (pipelineId, name) => readStep(store, pipelineId, name),
    logOf: async (pipelineId, name) => {
      const { log_ref } = await readStep(store, pipelineId, name);
      return await readFile(join(dataDirectory, log_ref ?? ""), "utf8");
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(closing.map((close) => close()));
      await Promise.all([wakeups.close(), own.close()]);
      await store.close();
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
  return scene;
}

async function addProject({ db }: Store): Promise<string> {
  const admin = await db.selectFrom("users").where("name", "=", "admin").select("id").executeTakeFirstOrThrow();
  const row = { owner_id: admin.id, name: "hello" };
  return (await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow()).id;
}

async function look({ db }: Store, id: string): Promise<string> {
  const { status } = await db.selectFrom("pipelines").where("id", "=", id).select("status").executeTakeFirstOrThrow();
  const steps = await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", id)
    .orderBy("step_order")
    .select(["name", "status", "reason"])
    .execute();
  const words = steps.map(({ name, status, reason }) => `${name}=${status}${reason === null ? "" : `/${reason}`}`);
  return `${status}: ${words.join(" ")}`;
}

async function readStep({ db }: Store, pipelineId: string, name: string) {
  return await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "=", pipelineId)
    .where("name", "=", name)
    .selectAll()
    .executeTakeFirstOrThrow();
}
