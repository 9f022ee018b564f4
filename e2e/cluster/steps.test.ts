import { createHash, randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { pythonImage, runnerImage } from "./lib/environment.ts";
import { gone } from "./lib/gone.ts";
import type { Pod } from "./lib/kube-objects.ts";
import { kubectl } from "./lib/kubectl.ts";
import { ProjectPipelines, stepOf } from "./lib/pipelines.ts";
import { type Watched, watch } from "./lib/watched.ts";

const secret = `secret-${randomBytes(16).toString("hex")}`;

let platform: ClusterPlatform;
let project: ProjectPipelines;
let pods: Watched<Pod>;

beforeAll(async () => {
  // A limit that memory is quickly filled to, and requests for which any node has room.
  platform = await startClusterPlatform({
    PLATFORM_STEP_REQUESTS: "cpu=10m,memory=32Mi",
    PLATFORM_STEP_LIMITS: "cpu=1,memory=128Mi",
  });
  pods = await watch<Pod>(platform.namespaces.agents, "pods");
  project = await ProjectPipelines.in(platform, "steps");
  await project.request("POST", "secrets", { name: "DEPLOY_KEY", value: secret, scope: "pipeline" });
});
afterAll(async () => {
  await pods?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
});

const image = pythonImage;
const isGone = (step: { readonly id: string }) => gone(platform.namespaces.agents, step.id);

test.concurrent("a pipeline's steps get the source, secrets and what came before, and hand on what they leave", async () => {
  const make = [
    "git log --format=%s -1 && git status --porcelain && cat source.txt",
    "mkdir -p out/deep && echo made > out/deep/made.txt && echo changed >> source.txt",
    'test "$DEPLOY_KEY" && echo "key: $DEPLOY_KEY" && echo "$DEPLOY_KEY" | wc -c',
    "id -u; ls -A $HOME $TMPDIR",
  ];
  const use = [
    "cat out/deep/made.txt source.txt",
    "test ! -e out/none",
    "rm out/deep/made.txt && echo more > out/more.txt",
  ];
  const id = await project.push(
    "artifacts",
    {
      steps: [
        { name: "make", image: runnerImage, commands: make },
        { name: "use", image, depends_on: ["make"], commands: use },
      ],
      artifacts: [
        { name: "directory", path: "out" },
        { name: "file", path: "source.txt" },
        { name: "untouched", path: ".platform.yaml" },
      ],
    },
    { "source.txt": "checked out\n" },
  );
  const pipeline = await project.ended(id);
  const [made, used] = [stepOf(pipeline, "make"), stepOf(pipeline, "use")];
  expect([await project.log(id, made.id), await project.log(id, used.id), pipeline.status]).toEqual([
    expect.stringMatching(/commit 1\nchecked out\nkey: \*+\n40\n1000\n.*:\n\n.*:\n$/),
    expect.stringMatching(/made\nchecked out\nchanged\n$/),
    "success",
  ]);
  expect(String(await project.artifact(id, "file"))).toBe("checked out\nchanged\n");
  await expect(project.artifact(id, "untouched")).rejects.toThrow(/40/);
  await Promise.all([made, used].map(isGone));
});

test.concurrent("what makes a step fail is what it says", { timeout: 300_000 }, async () => {
  const eat = "python3 -c 'x = bytearray(1 << 30)'";
  const id = await project.push("failures", {
    steps: [
      { name: "exit", image, commands: ["echo before", "exit 7", "echo never"] },
      { name: "memory", image, commands: [`${eat}`] },
      { name: "child's memory", image, commands: [`${eat} || echo it went on`, "exit 3"] },
      { name: "time", image, timeout_minutes: 0.5, commands: ["echo waiting; sleep 1000"] },
      { name: "image", image: "127.0.0.1:1/none:1", commands: ["true"] },
      { name: "nothing", image },
    ],
    artifacts: [{ name: "nothing", path: "nothing" }],
  });
  const pipeline = await project.ended(id);
  const ends = pipeline.steps.map(({ name, status, exit_code, reason, message }) => [
    name,
    status,
    exit_code,
    reason,
    message,
  ]);
  expect(ends).toEqual([
    ["exit", "failure", 7, "exit", null],
    ["memory", "failure", 137, "oom_killed", "it used more memory than it may"],
    ["child's memory", "failure", 3, "oom_killed", "it used more memory than it may"],
    ["time", "failure", null, "timeout", "it was stopped after 0.5 minutes"],
    ["image", "failure", null, "image_pull", expect.stringMatching(/^its image cannot be pulled: .*127\.0\.0\.1:1/s)],
    ["nothing", "success", 0, null, null],
  ]);
  expect(await project.log(id, stepOf(pipeline, "exit").id)).toMatch(/before\n$/);
  expect(await project.log(id, stepOf(pipeline, "time").id)).toMatch(/waiting\n/);
  await Promise.all(pipeline.steps.map(isGone));
});

test.concurrent("a step that is cancelled may clean up, and nothing of it is left", async () => {
  const commands = ["trap 'echo cleaned; exit 1' TERM; echo up; sleep 1000 & wait"];
  const id = await project.push("cancel", { steps: [{ name: "long", image, commands }] });
  await project.printed(id, "long", "up\n");
  await project.request("POST", `pipelines/${id}/cancel`);
  const pipeline = await project.ended(id);
  const step = stepOf(pipeline, "long");
  expect(pipeline.status).toBe("cancelled");
  await isGone(step);
  expect(await project.log(id, step.id)).toMatch(/up\ncleaned\n/);
});

test.concurrent("a step that is cancelled while its pod is being prepared leaves nothing", async () => {
  const id = await project.push("early", { steps: [{ name: "early", image, commands: ["echo begun"] }] });
  const step = stepOf(await project.get(id), "early");
  await pods.find(({ metadata }) => metadata.labels?.["platform.io/step"] === step.id);
  await project.request("POST", `pipelines/${id}/cancel`);
  expect((await project.ended(id)).status).toBe("cancelled");
  await isGone(step);
});

test.concurrent("a step cannot gain rights, and knows nothing of the cluster", async () => {
  const look = [
    "grep -E '^(NoNewPrivs|Seccomp|CapEff)' /proc/self/status | tr '\\t' ' '",
    "ls /var/run/secrets 2>&1 || true",
    "mount -t tmpfs none /mnt 2>&1 || true",
  ];
  const id = await project.push("rights", { steps: [{ name: "look", image, commands: look }] });
  const pipeline = await project.ended(id);
  const log = await project.log(id, stepOf(pipeline, "look").id);
  expect(log).toMatch(/CapEff: 00000000800404fb\nNoNewPrivs: 1\nSeccomp: 2\n/);
  expect(log).toMatch(/secrets.*No such file(.|\n)*(permission denied|not permitted)/);
});

test.concurrent("a log is complete, byte for byte, however much there is of it", async () => {
  const program = `
import sys, hashlib
out = open("copy.log", "wb")
def say(data):
    sys.stdout.buffer.write(data); out.write(data)
for n in range(60000):
    say(b"line %d %s\\n" % (n, hashlib.sha256(b"%d" % n).hexdigest().encode()))
    if n % 5000 == 0: say(b"x" * (16384 * (n // 5000) + n % 7) + b"\\n")
say(b"no line break at the end")
`;
  const id = await project.push(
    "chatty",
    {
      steps: [{ name: "talk", image, commands: ["python3 talk.py"] }],
      artifacts: [{ name: "copy", path: "copy.log" }],
    },
    { "talk.py": program },
  );
  const pipeline = await project.ended(id);
  expect(pipeline.status).toBe("success");
  const log = await project.log(id, stepOf(pipeline, "talk").id);
  const copy = String(await project.artifact(id, "copy"));
  const sum = (text: string) => createHash("sha256").update(text).digest("hex");
  const said = log.slice(log.indexOf("line 0 ")).slice(0, copy.length);
  expect([said.length, sum(said)]).toEqual([copy.length, sum(copy)]);
  expect(log.slice(log.indexOf("line 0 ")).slice(copy.length).trim()).toBe("");
});

test("no manifest, event or log of the cluster has held the secret", async () => {
  const events = await kubectl(["get", "events", "--namespace", platform.namespaces.agents, "--output", "json"]);
  for (const text of [JSON.stringify(pods.versions), events, platform.served.printed])
    expect(text).not.toContain(secret);
  expect(pods.versions.length).toBeGreaterThan(0);
});
