import { afterAll, beforeAll, expect, test } from "vitest";
import { until } from "../../../db/embedded/until.ts";
import { WorkloadError, type WorkloadPlan } from "../../workload.ts";
import { type Files, type LocalWorkloadsScene, openLocalWorkloads, webFiles } from "./testing/local-workloads.ts";

let scene: LocalWorkloadsScene;
beforeAll(async () => {
  scene = await openLocalWorkloads({}, { readySeconds: 1 });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
});

let count = 0;
const apply = async (files: Files, changes: Partial<WorkloadPlan> = {}) => {
  const names = { workloadId: `00000000-0000-4000-8000-00000000000${++count}`, label: `w${count}` };
  const plan = scene.plan(scene.commit(files), { ...names, ...changes });
  await scene.apply(plan);
  return plan;
};

test.each<[string, Files, Partial<WorkloadPlan>, Partial<WorkloadError>, RegExp]>([
  [
    "an image",
    webFiles("v"),
    { imageRef: "nginx:1" },
    { reason: "unsupported_image" },
    /cannot run the image nginx:1: use git:/,
  ],
  ["a short commit", webFiles("v"), { imageRef: "git:abc" }, { reason: "unsupported_image" }, /full SHA/],
  ["manifests", webFiles("v"), { manifests: [] }, { reason: "invalid_manifest" }, /need a cluster/],
  ["no Procfile", { "a.txt": "x" }, {}, { reason: "no_command" }, /has no Procfile that says what to run/],
  ["no web process", { Procfile: "worker: x" }, {}, { reason: "no_command" }, /web: npm start/],
  ["a directory of that name", { "Procfile/web": "web: x" }, {}, { reason: "no_command" }, /Procfile/],
  [
    "no such commit",
    webFiles("v"),
    { imageRef: `git:${"1".repeat(40)}` },
    { reason: "source_missing" },
    /1{40} is not in the repository/,
  ],
])("%s is refused for good", async (_, files, changes, error, message) => {
  const refused = await apply(files, changes).catch((caught: unknown) => caught);
  expect(refused).toBeInstanceOf(WorkloadError);
  expect(refused).toMatchObject({ ...error, isFinal: true, message: expect.stringMatching(message) });
  expect(await scene.rooms()).toEqual([]);
});

test("what no process can be given is refused, and leaves nothing", async () => {
  const refused = apply(webFiles("v"), { secrets: { A: "x".repeat(200_000) } });
  await expect(refused).rejects.toMatchObject({
    reason: "start_failed",
    message: expect.stringMatching(/variable A is longer/),
  });
  expect(await scene.rooms()).toEqual([]);
});

test("what does not become ready in time is ended, and why is said", async () => {
  const plan = await apply({ Procfile: "web: sleep 1000" });
  const { reason, message } = await scene.reach(plan, "failing");
  expect(reason).toBe("not_ready");
  expect(message).toBe(
    "It was ended because it was not ready within 1 s: nothing listens on its port: it must listen on the one that PORT names. It has printed nothing.",
  );
  expect(await until(async () => (await scene.rooms()).length === 0, 10_000)).toBe(true);
});

test("secrets show neither in the log nor in what is said about a failure", async () => {
  const secrets = { KEY: "s3cr3t-of-mine" };
  const plan = await apply(
    { Procfile: 'web: echo "with $KEY"; printf "$KEY" | cut -c1-7 | tr -d "\\n"; exit 1' },
    { secrets },
  );
  const { message } = await scene.reach(plan, "failing");
  expect(message).toMatch(/ended with exit code 1\. The last lines of its log:\nwith \*\*\*\ns3cr3t-$/);
  expect(await scene.log(plan)).toBe("with ***\ns3cr3t-");
});

test("what nobody wants is removed, with its log", async () => {
  const plan = await apply({ Procfile: "web: echo here; sleep 1000" });
  await until(async () => (await scene.log(plan)) !== "", 10_000);
  await scene.workloads.removeOrphans(async () => true);
  expect(await scene.log(plan)).toBe("here\n");
  const isRemoved = async () => {
    await scene.workloads.removeOrphans(async (id) => id !== plan.workloadId);
    return (await scene.log(plan)) === "";
  };
  expect(await until(isRemoved, 20_000)).toBe(true);
  expect(await scene.workloads.observe(plan)).toMatchObject({ status: "absent" });
  expect(await scene.get(plan)).toMatchObject({ status: 404 });
});
