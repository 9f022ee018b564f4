import { afterAll, beforeAll, expect, test } from "vitest";
import { createFakeWorkloads } from "../../runtime/fake/fake-workloads.ts";
import { openWorkloadScene, type WorkloadScene } from "../testing/workload-scene.ts";

let scene: WorkloadScene;
beforeAll(async () => {
  scene = await openWorkloadScene();
});
afterAll(() => scene[Symbol.asyncDispose]());

const is = (status: string) => (row: { readonly current_status: string } | undefined) => row?.current_status === status;

test.each([{ isOwn: true }, { isOwn: false }])("what is wanted runs, changes, and is gone: %j", async ({ isOwn }) => {
  const workloads = createFakeWorkloads({ isOwn });
  const { close } = await scene.start({ workloads });
  const id = await scene.addPreview(`life-${isOwn}`);
  expect(await scene.until(id, is("healthy"))).toMatchObject({ generation: 1, observed_generation: 1 });
  await scene.change(id, { image_ref: "an-image:2" });
  expect(await scene.until(id, is("healthy"))).toMatchObject({ generation: 2, observed_generation: 2 });
  await scene.change(id, { desired_status: "stopped", action: "stop" });
  expect(await scene.until(id, is("stopped"))).toMatchObject({ observed_generation: 3, url: null });
  expect(workloads.world.size).toBe(0);
  await scene.change(id, { desired_status: "active", action: "deploy" });
  await scene.until(id, is("healthy"));
  await scene.end(id);
  await scene.until(id, (row) => row === undefined);
  expect(workloads.world.size).toBe(0);
  expect(await scene.history(id)).toEqual([
    "1 deploy success",
    "2 deploy success",
    "3 stop success",
    "4 deploy success",
    "5 stop success merged",
  ]);
  await close();
});
