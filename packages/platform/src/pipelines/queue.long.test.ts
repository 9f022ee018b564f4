import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addPipeline } from "./testing/add-pipeline.ts";
import { PushedProject } from "./testing/pushed-project.ts";
import { overlaps, readTrace, tracedCommands } from "./testing/traced-step.ts";

let platform: TestPlatform;
let project: PushedProject;
let outside: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  project = await PushedProject.create(platform, "queue");
  outside = await mkdtemp(join(tmpdir(), "queue-"));
});
afterAll(async () => {
  project[Symbol.dispose]();
  await platform.close();
  await rm(outside, { recursive: true, force: true });
});

test("a hundred pipelines of three steps queued at once end, and each step has run once", {
  timeout: 600_000,
}, async () => {
  const commitSha = await project.pushed("main");
  const trace = join(outside, "trace");
  const commands = tracedCommands(trace, { ticks: 0 });
  const steps = { a: { commands }, b: { commands, depends_on: ["a"] }, c: { commands, depends_on: ["b"] } };
  const ids = await Promise.all(
    Array.from({ length: 100 }, () => addPipeline(platform.db, { projectId: project.id, commitSha, steps })),
  );
  for (const id of ids) expect((await project.ended(id, 600_000)).status).toBe("success");
  const traces = await readTrace(trace);
  for (const event of ["start", "end"]) {
    const lines = traces.filter((line) => line.event === event);
    expect(lines).toHaveLength(300);
    expect(new Set(lines.map(({ pipelineId, step }) => `${pipelineId} ${step}`)).size).toBe(300);
  }
  expect(overlaps(traces)).toEqual([]);
});
