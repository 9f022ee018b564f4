import { randomBytes } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type MessagesApi, startMessagesApi } from "../claude-code/messages-api.ts";
import { ProjectSessions } from "../lib/project-sessions.ts";
import { type ClusterPlatform, startClusterPlatform } from "./lib/cluster-platform.ts";
import { hostAddress } from "./lib/environment.ts";
import type { KubeObject, List, Pod, Secret } from "./lib/kube-objects.ts";
import { kubectl, kubeGet } from "./lib/kubectl.ts";
import { addRepository } from "./lib/repository.ts";
import { type Watched, watch } from "./lib/watched.ts";

const modelKey = `model-${randomBytes(16).toString("hex")}`;
const projectSecret = `secret-${randomBytes(16).toString("hex")}`;
const prompt = `Write work.txt, please. ${randomBytes(8).toString("hex")}`;

let api: MessagesApi;
let platform: ClusterPlatform;
let sessions: ProjectSessions;
let pods: Watched<Pod>;
let secrets: Watched<Secret>;
let end: Awaited<ReturnType<ProjectSessions["ended"]>>;

/** Everything that somebody who may look into the cluster, but not at its secrets, could read; by where. */
const visible = new Map<string, string>();

/** Resolves once the agent has done its work, and waits for the model's last words. */
const working = Promise.withResolvers<void>();
const looked = Promise.withResolvers<void>();

const bash = (command: string) => ({ use: [{ tool: "Bash", input: { command, description: "work" } }] });

const turns = [
  bash("cat from-setup.txt > work.txt; id -u >> work.txt"),
  { use: [{ tool: "mcp__platform-core__get_project", input: {} }] },
];

beforeAll(async () => {
  api = await startMessagesApi(async ({ turn }) => {
    const scripted = turns[turn];
    if (scripted !== undefined) return scripted;
    working.resolve();
    await looked.promise;
    return { say: "Wrote work.txt." };
  }, hostAddress);
  platform = await startClusterPlatform({ ANTHROPIC_BASE_URL: api.url, ANTHROPIC_API_KEY: modelKey });
  [pods, secrets] = await Promise.all([
    watch<Pod>(platform.namespaces.agents, "pods"),
    watch<Secret>(platform.namespaces.agents, "secrets"),
  ]);
  const project = await addRepository(platform, "hello");
  sessions = new ProjectSessions(platform, project);
  await sessions.request("POST", "secrets", { name: "DEPLOY_KEY", value: projectSecret, scope: "agent" });
  const { id } = await sessions.start({
    prompt,
    config: { role: "dev", setup_commands: ['test -n "$DEPLOY_KEY" && echo ready > from-setup.txt', "ps ax || true"] },
  });
  const failed = sessions.ended(id).then((session) => {
    working.reject(new Error(`the session ended: ${JSON.stringify(session)}`));
    return session;
  });
  await working.promise;
  const { log } = await lookAround(id);
  looked.resolve();
  end = await failed;
  visible.set("log of claude", await log);
  visible.set("events of the session", JSON.stringify(await sessions.events(id)));
  visible.set("output of the session", await sessions.output(id));
}, 300_000);

afterAll(async () => {
  looked.resolve();
  await pods?.[Symbol.asyncDispose]();
  await secrets?.[Symbol.asyncDispose]();
  await platform?.[Symbol.asyncDispose]();
  await api?.close();
});

/** Reads what can be seen while the agent runs; the log goes on until its container ends. */
async function lookAround(id: string): Promise<{ readonly log: Promise<string> }> {
  const namespace = ["--namespace", platform.namespaces.agents];
  const pod = podName(id);
  const log = kubectl(["logs", pod, ...namespace, "--container", "claude", "--follow"]);
  for (const container of ["git-clone", "setup"]) {
    visible.set(`log of ${container}`, await kubectl(["logs", pod, ...namespace, "--container", container]));
  }
  const inPod = (command: string) =>
    kubectl(["exec", pod, ...namespace, "--container", "claude", "--", "sh", "-c", command]);
  visible.set("argv", await inPod('for file in /proc/[0-9]*/cmdline; do tr "\\0" " " < "$file"; echo; done'));
  visible.set("configuration of git", await inPod("cat /workspace/.git/config"));
  visible.set("account", await inPod("ls /var/run/secrets/kubernetes.io 2>&1 || true"));
  return { log };
}

function podName(id: string): string {
  const pod = pods.versions.find(({ metadata }) => metadata.labels?.["platform.io/session"] === id);
  if (pod === undefined) throw new Error("the session has no pod");
  return pod.metadata.name;
}

const lastPod = () =>
  pods.versions.findLast(({ status }) => status.containerStatuses?.[0]?.state.terminated !== undefined);

test("the session is completed, with the agent's summary, and its work on its branch", async () => {
  expect(end).toMatchObject({
    status: "completed",
    message: "Wrote work.txt.",
    exit_code: 0,
    branch: `agent/${end.id.slice(0, 8)}`,
  });
  const query = `ref=${end.branch}&path=work.txt`;
  const { content } = JSON.parse(await sessions.request("GET", `blob?${query}`));
  expect(content).toBe("ready\n1000\n");
  expect(end.commit_sha).toMatch(/^[0-9a-f]{40}$/);
});

test("the servers of its role were connected, and a tool of theirs answered", async () => {
  const init = JSON.parse(
    /^\{"type":"system","subtype":"init".*$/m.exec(visible.get("log of claude") ?? "")?.[0] ?? "{}",
  );
  expect(init.mcp_servers.map(({ name, status }: Record<string, string>) => `${name} ${status}`).sort()).toEqual([
    "platform-core connected",
    "platform-issues connected",
    "platform-pipeline connected",
  ]);
  expect(api.requests.at(-1)?.toolResults[0]?.text).toContain("name: hello");
});

test("git-clone, setup and claude ran in this order", () => {
  const pod = lastPod();
  const states = [...(pod?.status.initContainerStatuses ?? []), ...(pod?.status.containerStatuses ?? [])];
  expect(states.map(({ name, state }) => `${name} ${state.terminated?.exitCode}`)).toEqual([
    "git-clone 0",
    "setup 0",
    "claude 0",
  ]);
  const times = states.flatMap(({ state }) => [state.terminated?.startedAt, state.terminated?.finishedAt]);
  expect(times).toEqual(times.toSorted());
});

test("the push of its work has run a pipeline, each step in a pod", async () => {
  const pipeline = async () => JSON.parse(await sessions.request("GET", `pipelines?ref=${end.branch}`)).items[0];
  await expect
    .poll(pipeline, { timeout: 120_000 })
    .toMatchObject({ commit_sha: end.commit_sha, status: expect.stringMatching(/success|failure/) });
  expect(await pipeline()).toMatchObject({ status: "success" });
});

test("no secret is to be seen: in pods, arguments, events, logs, or the platform's own logs", async () => {
  const { agents } = platform.namespaces;
  visible.set("pods", JSON.stringify(pods.versions));
  const events = await kubeGet<List<KubeObject>>(`/api/v1/namespaces/${agents}/events`);
  expect(events.items).not.toEqual([]);
  visible.set("events of the cluster", JSON.stringify(events.items));
  visible.set("log of the platform", platform.served.printed);
  const logs = join(platform.dataDirectory, "logs");
  for (const file of await readdir(logs, { recursive: true, withFileTypes: true })) {
    if (file.isFile()) visible.set(file.name, await readFile(join(file.parentPath, file.name), "utf8"));
  }
  const values = secrets.versions.flatMap(({ data, metadata }) =>
    metadata.ownerReferences === undefined
      ? []
      : Object.values(data ?? {}).map((value) => Buffer.from(value, "base64").toString()),
  );
  expect(values).toEqual(expect.arrayContaining([modelKey, projectSecret, prompt]));
  for (const secret of [modelKey, projectSecret, agentToken()]) {
    for (const [where, text] of visible) {
      const base64 = Buffer.from(secret).toString("base64").replace(/=+$/, "");
      for (const written of [secret, base64, encodeURIComponent(secret)]) {
        expect(text.includes(written), where).toBe(false);
      }
    }
  }
  for (const where of ["pods", "argv"]) expect(visible.get(where), where).not.toContain(prompt);
});

/** As the agent's container got it. */
function agentToken(): string {
  const variables = lastPod()?.spec.containers[0]?.env ?? [];
  const key = variables.find(({ name }) => name === "PLATFORM_API_TOKEN")?.valueFrom?.secretKeyRef?.key ?? "";
  const value = secrets.versions.map(({ data }) => data?.[key]).find((each) => each !== undefined);
  if (value === undefined) throw new Error("the agent had no token");
  return Buffer.from(value, "base64").toString();
}

test("as its pod, an agent may do in the cluster what anybody may, and it has no account's token", async () => {
  const { agents } = platform.namespaces;
  const pod = lastPod();
  expect(pod?.spec.automountServiceAccountToken).toBe(false);
  expect(visible.get("account")).toContain("No such file");
  const rights = (account: string) =>
    kubectl([
      ...["auth", "can-i", "--list", "--namespace", agents, "--as", `system:serviceaccount:${agents}:${account}`],
      ...["system:serviceaccounts", `system:serviceaccounts:${agents}`, "system:authenticated"].flatMap((group) => [
        "--as-group",
        group,
      ]),
    ]);
  expect(await rights(pod?.spec.serviceAccountName ?? "")).toBe(await rights("anybody"));
});

test("afterwards the agent's token opens nothing, and neither pod nor secret is left", async () => {
  const headers = { authorization: `Bearer ${agentToken()}` };
  expect((await fetch(`${platform.served.url}/api/auth/me`, { headers })).status).toBe(401);
  const { agents } = platform.namespaces;
  await expect
    .poll(async () => (await kubeGet<List<Pod>>(`/api/v1/namespaces/${agents}/pods`)).items, { timeout: 60_000 })
    .toEqual([]);
  const left = await kubeGet<List<Secret>>(`/api/v1/namespaces/${agents}/secrets`);
  expect(left.items.filter(({ metadata }) => metadata.labels?.["app.kubernetes.io/managed-by"] === "platform")).toEqual(
    [],
  );
});
