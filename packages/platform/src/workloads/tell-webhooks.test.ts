import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DeployScene } from "../deployments/from-pipeline/testing/deploy-scene.ts";
import { createFakeWorkloads } from "../runtime/fake/fake-workloads.ts";
import { WorkloadError } from "../runtime/workload.ts";
import { openWorkloadScene, type WorkloadScene } from "./testing/workload-scene.ts";

let scene: WorkloadScene;
beforeAll(async () => {
  scene = await openWorkloadScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

/** What a webhook of the project is told of its deployments from now on. */
async function listen(projectId: string) {
  const { db } = scene.store;
  const { id } = await db
    .insertInto("webhooks")
    .values({ project_id: projectId, url: "https://hooks.invalid", events: ["deploy"] })
    .returning("id")
    .executeTakeFirstOrThrow();
  return async () => {
    const rows = await db
      .selectFrom("webhook_deliveries")
      .where("webhook_id", "=", id)
      .orderBy("created_at")
      .select("payload")
      .execute();
    return rows.map(({ payload }) => payload);
  };
}

const soon = <T>(check: () => T | Promise<T>) => vi.waitFor(check, { timeout: 20_000, interval: 10 });

test("a deployment is deployed, rolled back and stopped, each told once it is so; what fails is not", async () => {
  const told = await listen(scene.projectId);
  const workloads = createFakeWorkloads({
    prepare: ({ imageRef }) => {
      if (imageRef === "app:broken") throw new WorkloadError("image_pull", "no such image", { isFinal: true });
      return undefined;
    },
  });
  const reconciler = await scene.start({ workloads });
  const place = { environment: "production" } as const;
  const id = await scene.addPreview("", { place, image_ref: "app:1" });
  const common = { project_id: scene.projectId, environment: "production" };
  const expected: object[] = [];
  const tells = async (...events: object[]) => {
    expected.push(...events);
    await soon(async () => expect(await told()).toEqual(expected));
  };
  await tells({ action: "deployed", ...common, image_ref: "app:1" });
  await scene.change(id, { image_ref: "app:broken", action: "deploy" });
  await scene.until(id, (row) => row?.stalled === true);
  await scene.change(id, { image_ref: "app:2", action: "deploy" });
  await tells({ action: "deployed", ...common, image_ref: "app:2" });
  await scene.change(id, { image_ref: "app:1", action: "rollback" });
  await tells({ action: "rolled_back", ...common, image_ref: "app:1" });
  await scene.change(id, { desired_status: "stopped", action: "stop" });
  await tells({ action: "stopped", ...common, image_ref: "app:1" });
  await scene.end(id);
  await tells({ action: "stopped", ...common, image_ref: "app:1" });
  await reconciler.close();
  expect(await told()).toEqual(expected);
});

test("a preview is told of when a pipeline has made it, and when one has changed it", async () => {
  using project = await DeployScene.create(scene.store);
  const told = await listen(project.projectId);
  const expected: object[] = [];
  for (const content of ["1", "2"]) {
    const sha = await project.push("feature/x", { Procfile: "web: node server.js\n", content });
    const pipeline_id = await project.pipeline({ branch: "feature/x", sha });
    await project.deploy();
    expected.push({
      ...{ action: "preview_created", branch: "feature/x", branch_slug: "feature-x", image_ref: `git:${sha}` },
      ...{ pipeline_id, project_id: project.projectId },
    });
    expect(await told()).toEqual(expected);
  }
});
