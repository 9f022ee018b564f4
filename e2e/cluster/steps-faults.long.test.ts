import { createHash, randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";
import { type BreakableWay, breakableWay } from "./lib/breakable-way.ts";
import { startPlatformIn } from "./lib/cluster-platform.ts";
import { pythonImage } from "./lib/environment.ts";
import { gone } from "./lib/gone.ts";
import { makeNamespaces, type Namespaces } from "./lib/namespaces.ts";
import { ProjectPipelines, stepOf } from "./lib/pipelines.ts";

const requests = { PLATFORM_STEP_REQUESTS: "cpu=10m,memory=32Mi" };

let namespaces: Namespaces;
let way: BreakableWay;
let platform: PushedPlatform;
let project: ProjectPipelines;

beforeAll(async () => {
  namespaces = await makeNamespaces();
  way = await breakableWay(namespaces.kubeconfig);
  platform = await startPlatformIn(namespaces, requests);
  project = await ProjectPipelines.in(platform, "faults");
});
afterAll(async () => {
  way?.open();
  await platform?.[Symbol.asyncDispose]();
  await way?.[Symbol.asyncDispose]();
  await namespaces?.[Symbol.asyncDispose]();
});

const sum = (data: string | Buffer) => createHash("sha256").update(data).digest("hex");

const talk = `
import sys, time, hashlib
copy = open("copy.log", "w")
for n in range(3000):
    line = "line %d %s\\n" % (n, hashlib.sha256(b"%d" % n).hexdigest())
    sys.stdout.write(line); copy.write(line)
    if n % 100 == 99:
        sys.stdout.flush()
        time.sleep(0.5)
`;

test("an API server that goes away again and again costs a step nothing", { timeout: 300_000 }, async () => {
  // Larger than what is sent between two interruptions on a slow machine's way.
  const large = randomBytes(6_000_000).toString("hex");
  const id = await project.push(
    "interrupted",
    {
      steps: [
        { name: "talk", image: pythonImage, commands: ["cat large large > twice", "python3 talk.py"] },
        { name: "read", image: pythonImage, depends_on: ["talk"], commands: ["sha256sum twice copy.log"] },
      ],
      artifacts: [
        { name: "twice", path: "twice" },
        { name: "copy", path: "copy.log" },
      ],
    },
    { "talk.py": talk, large },
  );
  const over = new AbortController();
  const breaking = (async () => {
    for (let round = 0; !over.signal.aborted; round++) {
      await delay(1_000 + (round % 5) * 1_500, undefined, { signal: over.signal }).catch(() => {});
      way.close();
      await delay(300 + (round % 3) * 900);
      way.open();
    }
  })();
  const pipeline = await project.ended(id);
  over.abort();
  await breaking;
  expect(pipeline.steps.map(({ name, status, message }) => [name, status, message])).toEqual([
    ["talk", "success", null],
    ["read", "success", null],
  ]);
  const copy = await project.artifact(id, "copy");
  const log = await project.log(id, stepOf(pipeline, "talk").id);
  expect(sum(log.slice(log.indexOf("line 0 ")))).toBe(sum(copy));
  const seen = await project.log(id, stepOf(pipeline, "read").id);
  expect(seen).toContain(`${sum(large + large)}  twice\n${sum(copy)}  copy.log\n`);
});

test("platforms that share a namespace leave each other's steps alone", async () => {
  const id = await project.push("shared", {
    steps: [{ name: "wait", image: pythonImage, commands: ["echo up; sleep 20; echo done"] }],
  });
  await project.printed(id, "wait", "up\n");
  // It looks for orphans first of all.
  await using other = await startPlatformIn(namespaces, requests);
  const elsewhere = await ProjectPipelines.in(other, "other");
  const own = await elsewhere.push("main", { steps: [{ name: "own", image: pythonImage, commands: ["true"] }] });
  expect((await elsewhere.ended(own)).status).toBe("success");
  const pipeline = await project.ended(id);
  expect(pipeline.status).toBe("success");
  expect(await project.log(id, stepOf(pipeline, "wait").id)).toMatch(/up\ndone\n$/);
});

test("a step whose platform was killed is lost, and is removed", async () => {
  const id = await project.push("killed", {
    steps: [{ name: "count", image: pythonImage, commands: ["echo up; sleep 1000"] }],
  });
  await project.printed(id, "count", "up\n");
  await platform.served.killPlatform();
  await platform.served.start();
  const pipeline = await project.ended(id);
  const step = stepOf(pipeline, "count");
  expect([step.status, step.reason]).toEqual(["failure", "lost"]);
  await gone(namespaces.agents, step.id);
});
