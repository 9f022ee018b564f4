import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type MessagesApi, startMessagesApi } from "../claude-code/messages-api.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { hostAddress, pythonImage, runnerImage } from "./lib/environment.ts";
import type { KubeObject, List, Pod } from "./lib/kube-objects.ts";
import { kubectl, kubectlWith, kubeGet } from "./lib/kubectl.ts";
import { addRepository } from "./lib/repository.ts";

let api: MessagesApi;
let platform: ClusterPlatform;
let sessions: ProjectSessions;

const bash = (command: string) => ({ use: [{ tool: "Bash", input: { command, description: "work" } }] });

/** What the model says turn by turn, by a word in the prompt. */
const scripts: Readonly<Record<string, readonly object[]>> = {
  "be-stopped": [bash("echo saved > stopped.txt")],
  "eat-memory": [bash("tail /dev/zero; echo survived > survivor.txt"), { say: "Memory ran out for it." }],
  "work-on": [
    ...Array.from({ length: 6 }, (_, index) => bash(`sleep 1.5; echo line-${index}-of-the-work`)),
    { say: "All lines are there." },
  ],
  "use-another-image": [bash("python3 --version > python.txt; git --version >> python.txt"), { say: "Used it." }],
};

/** The answer that the model takes its time for. */
const slow = "be-stopped 1";
const over = Promise.withResolvers<void>();

/** Told of each turn that is asked for, as `word turn`. */
const asked = new Map<string, PromiseWithResolvers<void>>();
const askedFor = (turn: string) => {
  const there = asked.get(turn) ?? Promise.withResolvers<void>();
  asked.set(turn, there);
  return there;
};

beforeAll(async () => {
  api = await startMessagesApi(async ({ body, turn }) => {
    const text = JSON.stringify(body);
    const word = Object.keys(scripts).find((each) => text.includes(each)) ?? "";
    const now = `${word} ${turn}`;
    askedFor(now).resolve();
    if (now === slow) await over.promise;
    return scripts[word]?.[turn] ?? { say: "There is nothing more to do." };
  }, hostAddress);
  platform = await startClusterPlatform({
    ANTHROPIC_BASE_URL: api.url,
    ANTHROPIC_API_KEY: "key",
    PLATFORM_AGENT_REQUESTS: "cpu=50m,memory=256Mi",
    PLATFORM_AGENT_LIMITS: "cpu=2,memory=1536Mi",
  });
  sessions = new ProjectSessions(platform, await addRepository(platform, "hello"));
});

afterAll(async () => {
  over.resolve();
  await platform?.[Symbol.asyncDispose]();
  await api?.close();
});

async function fileOn(branch: string | null, path: string): Promise<string> {
  return JSON.parse(await sessions.request("GET", `blob?ref=${branch}&path=${path}`)).content;
}

/** Resolves when nothing of a session is left in the cluster. */
async function cleared(session: string): Promise<void> {
  const selector = encodeURIComponent(`platform.io/session=${session}`);
  for (const kind of ["pods", "secrets"]) {
    const path = `/api/v1/namespaces/${platform.namespaces.agents}/${kind}?labelSelector=${selector}`;
    while ((await kubeGet<List<KubeObject>>(path)).items.length > 0) await delay(500);
  }
}

// Longer than the minute in which a registry is asked again, on a busy node.
describe.concurrent("the end of a session", { timeout: 400_000 }, () => {
  test("stopped, it has saved its work, and what it said last is in its output", async () => {
    const { id } = await sessions.start({ prompt: "be-stopped" });
    await askedFor(slow).promise;
    await sessions.request("POST", `sessions/${id}/stop`);
    const end = await sessions.ended(id);
    expect(end).toMatchObject({ status: "stopped", reason: "stopped" });
    expect(await fileOn(end.branch, "stopped.txt")).toBe("saved\n");
    expect(await sessions.output(id)).toContain('"type":"runner_result"');
    await cleared(id);
  });

  test("stopped while it is set up, it ends at once", async () => {
    const { id } = await sessions.start({ prompt: "x", config: { setup_commands: ["echo set-up-begun; sleep 300"] } });
    while (!(await sessions.output(id)).includes("\nset-up-begun")) await delay(200);
    await sessions.request("POST", `sessions/${id}/stop`);
    expect(await sessions.ended(id)).toMatchObject({ status: "stopped", reason: "stopped" });
  });

  test("a setup command that fails is named, with its output", async () => {
    const commands = ["echo first > first.txt", "cat first.txt; echo '$(oh) no' >&2; exit 3", "echo never"];
    const { id } = await sessions.start({ prompt: "x", config: { setup_commands: commands } });
    const end = await sessions.ended(id);
    expect(end).toMatchObject({ status: "failed", reason: "setup_failed" });
    expect(end.message).toContain("Setup command 2 of 3 failed with exit code 3: cat first.txt;");
    expect(end.message).toContain("$(oh) no");
    expect(await sessions.output(id)).not.toContain("never");
  });

  test("a setup command for which memory runs out", async () => {
    const { id } = await sessions.start({ prompt: "x", config: { setup_commands: ["tail /dev/zero"] } });
    expect(await sessions.ended(id)).toMatchObject({ status: "failed", reason: "oom_killed" });
  });

  test("a command of the agent for which memory runs out is not its end", async () => {
    const { id } = await sessions.start({ prompt: "eat-memory" });
    const end = await sessions.ended(id);
    expect(end).toMatchObject({ status: "completed", message: "Memory ran out for it." });
    expect(await fileOn(end.branch, "survivor.txt")).toBe("survived\n");
  });

  test.each([
    ["that does not exist", "registry.invalid/no-such-image:1"],
    ["that is no reference", "Registry.invalid/Upper/Case:1"],
  ])("an image %s", async (_, image) => {
    const { id } = await sessions.start({ prompt: "x", config: { image } });
    const end = await sessions.ended(id);
    expect(end).toMatchObject({ status: "failed", reason: "image_pull", image });
    expect(end.message).toContain("image");
    await cleared(id);
  });

  test("an image that has nothing of the project's gets all that an agent needs", async () => {
    const image = pythonImage;
    const { id } = await sessions.start({
      prompt: "use-another-image",
      config: { image, setup_commands: ["python3 -c 'print(1)'"] },
    });
    const end = await sessions.ended(id);
    expect(end).toMatchObject({ status: "completed", message: "Used it.", image });
    expect(await fileOn(end.branch, "python.txt")).toMatch(/^Python 3.*\ngit version 2/);
  });
});

test("a platform that is killed goes on with its agents, and each thing that happened is told once", async () => {
  const { id } = await sessions.start({ prompt: "work-on" });
  await askedFor("work-on 2").promise;
  await platform.served.killPlatform();
  await askedFor("work-on 4").promise;
  await platform.served.start();
  const end = await sessions.ended(id);
  expect(end).toMatchObject({ status: "completed", message: "All lines are there.", exit_code: 0 });
  const events = await sessions.events(id);
  expect(events.map(({ number }) => number)).toEqual(events.map((_, index) => index + 1));
  const results = events.filter(({ kind }) => kind === "tool_result").map(({ message }) => message);
  expect(results.flatMap((text) => text.match(/line-\d-of-the-work/g) ?? [])).toEqual(
    [0, 1, 2, 3, 4, 5].map((index) => `line-${index}-of-the-work`),
  );
  const output = await sessions.output(id);
  for (const line of output.split("\n").filter((text) => text.includes('"uuid"'))) {
    expect(output.split(line)).toHaveLength(2);
  }
});

test("a pod that belongs to no session any more is removed, and none of another platform", async () => {
  const { agents } = platform.namespaces;
  const installation = await platform.look(
    async (db) => (await db.selectFrom("installation").select("id").executeTakeFirstOrThrow()).id,
  );
  const orphan = (name: string, owner: string) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: agents,
      labels: {
        "app.kubernetes.io/managed-by": "platform",
        "platform.io/component": "agent-session",
        "platform.io/installation": owner,
        "platform.io/session": randomUUID(),
      },
    },
    spec: { containers: [{ name: "claude", image: runnerImage, command: ["sleep", "600"] }] },
  });
  const items = [orphan("own-orphan", installation), orphan("foreign", randomUUID())];
  await kubectlWith(JSON.stringify({ apiVersion: "v1", kind: "List", items }), ["create", "--filename", "-"]);
  const names = async () =>
    (await kubeGet<List<Pod>>(`/api/v1/namespaces/${agents}/pods`)).items.map(({ metadata }) => metadata.name);
  await expect.poll(names, { timeout: 120_000 }).toEqual(["foreign"]);
  await kubectl(["delete", "pod", "foreign", "--namespace", agents, "--grace-period=1"]);
});
