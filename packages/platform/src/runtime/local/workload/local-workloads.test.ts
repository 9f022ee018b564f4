import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "../../../db/embedded/until.ts";
import { processesIn } from "../marked-processes.ts";
import { type LocalWorkloadsScene, openLocalWorkloads, webFiles } from "./testing/local-workloads.ts";

describe.each([
  ["in namespaces where they are possible", true],
  ["without namespaces", false],
])("a workload %s", (_, useNamespaces) => {
  let scene: LocalWorkloadsScene;
  beforeAll(async () => {
    scene = await openLocalWorkloads({ useNamespaces });
  });
  afterAll(async () => {
    await scene[Symbol.asyncDispose]();
    expect(await processesIn(scene.dataDirectory)).toEqual([]);
  });

  test("answers at its URL, and nothing of it is left when it is removed", async () => {
    const plan = await scene.run(webFiles("first"));
    expect(await scene.get(plan)).toMatchObject({ status: 200, body: "first" });
    expect(await scene.rooms()).toHaveLength(1);
    expect(await scene.workloads.remove(plan)).toBe(true);
    expect(await scene.get(plan)).toMatchObject({ status: 404 });
    expect(await scene.rooms()).toEqual([]);
    expect(await processesIn(scene.dataDirectory)).toEqual([]);
    expect(await scene.workloads.observe(plan)).toMatchObject({ status: "absent" });
  });
});
