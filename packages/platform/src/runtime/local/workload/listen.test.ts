import { afterAll, beforeAll, expect, test } from "vitest";
import { OutputLines } from "../../../observe/own/output-lines.ts";
import { workloadSource } from "../../../observe/own/workload-source.ts";
import { CollectingWriter } from "../../../observe/testing/collecting-writer.ts";
import { type LocalWorkloadsScene, openLocalWorkloads, webFiles } from "./testing/local-workloads.ts";

const writer = new CollectingWriter();
const limits = { perSecond: 200, inAll: Number.POSITIVE_INFINITY };

let scene: LocalWorkloadsScene;
beforeAll(async () => {
  scene = await openLocalWorkloads({}, { listen: (plan) => new OutputLines(writer, workloadSource(plan), { limits }) });
});
afterAll(() => scene[Symbol.asyncDispose]());

test("what a preview prints is heard, line by line, without its secrets", async () => {
  const handler = `(request, response) => { console.error("ERROR " + process.env.KEYS); response.end(); }`;
  const environment = { PLATFORM_ENVIRONMENT: "preview", COMMIT_SHA: "c".repeat(40) };
  const plan = await scene.run(webFiles("1", handler), {
    ...{ label: "topic", generation: 3, environment, secrets: { KEYS: "Authorization=Bearer%20plat_otlp_00ff" } },
  });
  await scene.get(plan);
  await expect.poll(() => writer.logs.length).toBeGreaterThan(0);
  expect(writer.logs.at(-1)).toMatchObject({
    ...{ service: "preview topic", level: "error", message: "ERROR ***", projectId: "p", traceId: null },
    attributes: { "platform.generation": 3, "service.version": "c".repeat(40) },
  });
});
