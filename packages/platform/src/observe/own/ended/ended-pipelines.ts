import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import { sql } from "kysely";
import type { Queryable } from "../../../db/queryable.ts";
import type { PointRecord, SpanRecord, Telemetry } from "../../records.ts";
import { stepSpanIdOf } from "../step-span-id.ts";

/** How many are taken at once. */
const most = 50;

type EndedPipeline = Awaited<ReturnType<typeof takePipelines>>[number];
type EndedStep = Awaited<ReturnType<typeof stepsOf>>[number];

/**
 * Takes pipelines that have ended since they were traced last, and gives their spans and points: a retried pipeline has
 * those of each run. Undefined when there are none.
 */
export async function endedPipelines(db: Queryable): Promise<Telemetry | undefined> {
  const pipelines = await takePipelines(db);
  if (pipelines.length === 0) return undefined;
  const steps = await stepsOf(db, pipelines);
  return {
    spans: pipelines.flatMap((pipeline) => [
      pipelineSpan(pipeline),
      ...steps.filter((step) => isOf(step, pipeline)).map((step) => stepSpan(step, pipeline)),
    ]),
    points: pipelines.flatMap(pipelinePoints),
  };
}

async function takePipelines(db: Queryable) {
  return await db
    .with("ended", (within) =>
      within
        .selectFrom("pipelines")
        .where("finished_at", "is not", null)
        .where((eb) => eb.or([eb("traced_at", "is", null), eb("traced_at", "<", eb.ref("finished_at"))]))
        .orderBy("finished_at")
        .limit(most)
        .select(["id", "traced_at"])
        .forUpdate()
        .skipLocked(),
    )
    .updateTable("pipelines")
    .from("ended")
    .whereRef("pipelines.id", "=", "ended.id")
    .set({ traced_at: sql<string>`greatest(now(), pipelines.finished_at)` })
    .returning(["pipelines.id", "project_id", "status", "trigger", "git_ref", "commit_sha", "reason", "message", "run"])
    .returning(["created_at", "started_at", "finished_at", "ended.traced_at as traced_before"])
    .execute();
}

async function stepsOf(db: Queryable, pipelines: readonly EndedPipeline[]) {
  const ids = pipelines.map(({ id }) => id);
  return await db
    .selectFrom("pipeline_steps")
    .where("pipeline_id", "in", ids)
    .where("status", "in", ["success", "failure"])
    .where("finished_at", "is not", null)
    .orderBy("step_order")
    .select(["id", "pipeline_id", "name", "image", "status", "attempt", "exit_code", "reason", "message"])
    .select(["started_at", "finished_at"])
    .execute();
}

/** Whether a step has run in the run of its pipeline that has ended now, and not in one before. */
function isOf({ pipeline_id, finished_at }: EndedStep, { id, traced_before }: EndedPipeline): boolean {
  return pipeline_id === id && (traced_before === null || (finished_at ?? "") > traced_before);
}

/** The first run is the trace's root; what is run again is a part of it. */
function runSpanIdOf({ id, run }: EndedPipeline): string {
  return run === 1 ? spanIdOf(id) : spanIdOf(`${id}/${run}`);
}

function pipelineSpan(pipeline: EndedPipeline): SpanRecord {
  const { id, run, status, trigger, git_ref, commit_sha, created_at } = pipeline;
  return {
    ...spanOf(pipeline, pipeline.project_id, id),
    spanId: runSpanIdOf(pipeline),
    parentSpanId: run === 1 ? null : spanIdOf(id),
    name: run === 1 ? "pipeline" : "pipeline retry",
    service: "pipeline",
    status: status === "failure" ? "error" : "unset",
    attributes: {
      ...{ "platform.pipeline_id": id, "platform.status": status, "platform.trigger": trigger, "platform.run": run },
      "vcs.ref.head.name": git_ref,
      ...(commit_sha !== null && { "vcs.ref.head.revision": commit_sha }),
      ...(run === 1 && { "platform.created_at": created_at }),
    },
  };
}

function stepSpan(step: EndedStep, pipeline: EndedPipeline): SpanRecord {
  const { id, name, image, status, attempt, exit_code, reason } = step;
  return {
    ...spanOf(step, pipeline.project_id, pipeline.id),
    spanId: stepSpanIdOf(id, attempt),
    parentSpanId: runSpanIdOf(pipeline),
    name: `step ${name}`,
    service: `step ${name}`,
    status: status === "failure" ? "error" : "unset",
    attributes: {
      ...{ "platform.pipeline_id": pipeline.id, "platform.step_id": id, "container.image.name": image },
      ...(exit_code !== null && { "process.exit.code": exit_code }),
      ...(reason !== null && { "platform.reason": reason }),
    },
  };
}

type Timed = Pick<EndedStep, "started_at" | "finished_at" | "message" | "reason">;

/** What all of these have in common. What was never started took no time. */
function spanOf(
  { started_at, finished_at, message, reason }: Timed,
  projectId: string,
  traceOf: string,
): Pick<SpanRecord, "traceId" | "projectId" | "sessionId" | "kind" | "start" | "end" | "events" | "statusMessage"> {
  const end = Date.parse(finished_at ?? "");
  const start = started_at === null ? end : Date.parse(started_at);
  return {
    ...{ traceId: traceIdOf(traceOf), projectId, sessionId: null, kind: "internal", start, end, events: null },
    statusMessage: message ?? reason,
  };
}

/** How long it took, and whether it failed: 0 too, so that a rule over failures has something to judge by. */
function pipelinePoints({ project_id, status, started_at, finished_at }: EndedPipeline): readonly PointRecord[] {
  const time = Date.parse(finished_at ?? "");
  const shared = { projectId: project_id, sessionId: null, time, histogram: null };
  const duration = started_at === null ? [] : [(time - Date.parse(started_at)) / 1000];
  const failures = status === "failure" ? 1 : 0;
  return [
    ...duration.map((value): PointRecord => {
      const name = "platform.pipeline.duration";
      return { ...shared, name, labels: { status }, type: "gauge", unit: "s", isDelta: false, value };
    }),
    {
      ...{ ...shared, name: "platform.pipeline.failures", labels: {}, type: "counter", unit: null },
      ...{ isDelta: true, value: failures },
    },
  ];
}
