import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeRuntime } from "../../runtime/fake/fake-runtime.ts";
import type { StepDefinition } from "../definition/definition.ts";
import { openWorkScene, type WorkScene } from "../work/testing/work-scene.ts";
import { retryPipeline } from "./retry-pipeline.ts";

let scene: WorkScene;
let isBroken = true;
const runtime = createFakeRuntime(({ name }) => (name === "build" && isBroken ? { exit: { exitCode: 1 } } : {}));
beforeAll(async () => {
  scene = await openWorkScene();
  scene.startWorker({ runtime });
});
afterAll(() => scene[Symbol.asyncDispose]());

const when = (status: "failure" | "always"): Pick<StepDefinition, "when"> => ({
  when: { status, branches: [], triggers: [] },
});

test("a step that succeeded runs again, or not at all, when one that it comes after runs again", async () => {
  const id = await scene.addPipeline({
    steps: {
      lint: {},
      build: { depends_on: ["lint"] },
      report: { depends_on: ["build"], ...when("always") },
      publish: { depends_on: ["report"] },
      tell: when("failure"),
    },
  });
  const [lint, tell] = ["lint=success", "tell=success"];
  expect(await scene.ended(id)).toBe(`failure: ${lint} build=failure/exit report=success publish=success ${tell}`);
  isBroken = false;
  const before = runtime.plans.length;
  await scene.store.db.transaction().execute((transaction) => retryPipeline(transaction, id));
  expect(await scene.ended(id)).toBe(
    `success: ${lint} build=success report=success publish=success tell=skipped/condition`,
  );
  expect(runtime.plans.slice(before).map(({ name }) => name)).toEqual(["build", "report", "publish"]);
});
