import { afterAll, beforeAll, expect, test } from "vitest";
import type { WorkloadRow } from "../../db/schema.ts";
import { openWorkloadScene, type WorkloadScene } from "../testing/workload-scene.ts";
import { Plans } from "./plans.ts";

let scene: WorkloadScene;
let rows: readonly WorkloadRow[];
beforeAll(async () => {
  scene = await openWorkloadScene();
  for (const branch of ["kept", "removed"]) await scene.addPreview(branch);
  rows = await scene.store.db.selectFrom("workloads").orderBy("branch").selectAll().execute();
});
afterAll(() => scene[Symbol.asyncDispose]());

test("a plan is made once a generation, and goes when nobody has asked for it for ten minutes", async () => {
  let now = 0;
  const made: string[] = [];
  const plans = new Plans(() => now);
  const ask = async (branch: string, generation = 1) => {
    const row = rows.find((one) => one.branch === branch);
    if (row === undefined) throw new Error(`there is no preview of ${branch}`);
    const { id: workloadId, project_id: projectId, kind, label, image_ref: imageRef } = row;
    const name = { workloadId, projectId, kind, label, projectLabel: "hello" };
    await plans.of({ name, row: { ...row, generation } }, async () => {
      made.push(`${branch} ${generation}`);
      const repository = scene.store.repositories.of(projectId);
      const plan = { ...name, generation, imageRef, repository, environment: {}, secrets: {}, manifests: undefined };
      return { plan, sha: null };
    });
  };
  await ask("removed");
  for (const minute of [0, 4, 8, 12]) {
    now = minute * 60_000;
    await ask("kept");
  }
  expect(plans.size).toBe(1);
  await ask("kept", 2);
  await ask("removed");
  expect(made).toEqual(["removed 1", "kept 1", "kept 2", "removed 1"]);
});
