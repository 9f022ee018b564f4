import { createSecretKey } from "node:crypto";
import { spanIdOf, traceIdOf } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { endedPipelines } from "../../observe/own/ended/ended-pipelines.ts";
import { ownTelemetry } from "../../observe/own/own-telemetry.ts";
import { stepSpanIdOf } from "../../observe/own/step-span-id.ts";
import { CollectingWriter } from "../../observe/testing/collecting-writer.ts";
import { createFakeRuntime, type FakeRuntime, type StepScript } from "../../runtime/fake/fake-runtime.ts";
import { retryPipeline } from "../state/retry-pipeline.ts";
import { openWorkScene, type WorkScene } from "./testing/work-scene.ts";

const writer = new CollectingWriter();
const masterKey = createSecretKey(Buffer.alloc(32, 7));
/** What steps do, by their names. */
const scripts = new Map<string, StepScript>();

let scene: WorkScene;
let runtime: FakeRuntime;
beforeAll(async () => {
  scene = await openWorkScene();
  runtime = createFakeRuntime(({ name }) => scripts.get(name) ?? {});
  const telemetry = ownTelemetry({ writer, masterKey, platformUrl: "http://platform.test" });
  scene.startWorker({ runtime, services: { telemetry } });
});
afterAll(() => scene[Symbol.asyncDispose]());

test("what a step prints is among its project's logs, in its place in the pipeline's trace", async () => {
  scripts.set("prints", { prints: "ERROR one\ntwo" });
  const id = await scene.addPipeline({ steps: { prints: {} } });
  await scene.ended(id);
  const { id: stepId, attempt } = await scene.step(id, "prints");
  const place = { traceId: traceIdOf(id), spanId: stepSpanIdOf(stepId, attempt), projectId: scene.projectId };
  await expect.poll(() => writer.logs).toHaveLength(2);
  expect(writer.logs).toMatchObject([
    { ...place, service: "step prints", level: "error", message: "ERROR one" },
    { ...place, service: "step prints", level: "info", message: "two" },
  ]);
});

test("a step gets how to send more of it, and its key does not show in what it prints", async () => {
  const printed = Promise.withResolvers<void>();
  scripts.set("keyed", { prepared: printed.promise });
  const id = await scene.addPipeline({
    steps: { keyed: {}, elsewhere: { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" } } },
  });
  const planOf = (name: string) => runtime.plans.find((plan) => plan.pipelineId === id && plan.name === name);
  await expect.poll(() => planOf("keyed")).toBeDefined();
  const { environment = {}, stepId = "" } = planOf("keyed") ?? {};
  expect(environment).toMatchObject({
    ...{ OTEL_EXPORTER_OTLP_ENDPOINT: "http://platform.test", OTEL_SERVICE_NAME: "step keyed" },
    TRACEPARENT: `00-${traceIdOf(id)}-${stepSpanIdOf(stepId, 1)}-01`,
  });
  const [key = ""] = /plat_otlp_\w+/.exec(environment.OTEL_EXPORTER_OTLP_HEADERS ?? "") ?? [];
  scripts.set("keyed", { prints: `my key is ${key}\n` });
  printed.resolve();
  await scene.ended(id);
  expect(planOf("elsewhere")?.environment).not.toHaveProperty("OTEL_EXPORTER_OTLP_HEADERS");
  expect(planOf("elsewhere")?.environment).toMatchObject({ OTEL_EXPORTER_OTLP_ENDPOINT: "http://collector" });
  expect(JSON.stringify(writer.logs) + (await scene.logOf(id, "keyed"))).not.toContain("plat_otlp");
});

test("each run of a pipeline becomes spans, once: the first the root, a retry a part of it", async () => {
  const { db } = scene.store;
  while ((await endedPipelines(db)) !== undefined);
  scripts.set("fails", { exit: { exitCode: 3 } });
  const id = await scene.addPipeline({
    steps: { works: {}, fails: { depends_on: ["works"] }, never: { depends_on: ["fails"] } },
  });
  await scene.ended(id);
  const first = await endedPipelines(db);
  expect(await endedPipelines(db)).toBeUndefined();
  const root = { traceId: traceIdOf(id), spanId: spanIdOf(id), projectId: scene.projectId };
  expect(first?.spans).toMatchObject([
    { ...root, parentSpanId: null, name: "pipeline", status: "error" },
    { parentSpanId: root.spanId, name: "step works", status: "unset" },
    { parentSpanId: root.spanId, name: "step fails", status: "error", attributes: { "process.exit.code": 3 } },
  ]);
  expect(first?.points?.map(({ name, value }) => [name, value])).toEqual([
    ["platform.pipeline.duration", expect.any(Number)],
    ["platform.pipeline.failures", 1],
  ]);
  scripts.set("fails", {});
  await db.transaction().execute((transaction) => retryPipeline(transaction, id));
  await scene.ended(id);
  const again = await endedPipelines(db);
  const retried = again?.spans?.[0];
  expect(again?.spans).toMatchObject([
    { traceId: root.traceId, parentSpanId: root.spanId, name: "pipeline retry", status: "unset" },
    { parentSpanId: retried?.spanId, name: "step fails", status: "unset" },
    { parentSpanId: retried?.spanId, name: "step never" },
  ]);
  const ids = [...(first?.spans ?? []), ...(again?.spans ?? [])].map(({ spanId }) => spanId);
  expect(new Set(ids).size).toBe(6);
});
