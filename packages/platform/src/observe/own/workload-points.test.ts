import { expect, test } from "vitest";
import { openWorkloadScene } from "../../workloads/testing/workload-scene.ts";
import { workloadPoints } from "./workload-points.ts";

test("of what should run it is told whether it does", async () => {
  await using scene = await openWorkloadScene();
  const { db } = scene.store;
  const id = await scene.addPreview("topic");
  const stopped = await scene.addPreview("stopped");
  await db.updateTable("workloads").where("id", "=", stopped).set({ desired_status: "stopped" }).execute();
  const [point, ...more] = await workloadPoints(db);
  expect(more).toEqual([]);
  expect(point).toMatchObject({
    ...{ name: "platform.workload.ready", projectId: scene.projectId, type: "gauge", value: 0 },
    labels: { service: "preview topic", kind: "preview", workload_id: id },
  });
  await db.updateTable("workloads").where("id", "=", id).set({ current_status: "healthy" }).execute();
  expect(await workloadPoints(db)).toMatchObject([{ value: 1 }]);
});
