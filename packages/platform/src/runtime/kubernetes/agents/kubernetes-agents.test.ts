import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { AgentEvents, AgentPlan } from "../../agent.ts";
import { StartError } from "../../runtime.ts";
import { openKubeClient } from "../client.ts";
import { agentPodName, labelNames } from "../names.ts";
import { answer, type FakeApiServer, startFakeApiServer, status } from "../testing/fake-api-server.ts";
import { type FakeCluster, fakeCluster } from "../testing/fake-cluster.ts";
import { createKubernetesAgents } from "./kubernetes-agents.ts";
import { agentPlan, settings } from "./testing/agent-plan.ts";

let server: FakeApiServer;
let cluster: FakeCluster;
let agents: ReturnType<typeof createKubernetesAgents>;

beforeEach(async () => {
  server = await startFakeApiServer();
  cluster = fakeCluster(server);
  vi.stubEnv("KUBECONFIG", server.kubeconfig);
  const client = await openKubeClient({ namespace: "here" });
  agents = createKubernetesAgents({ client, installation: "one", settings, logger: { warn: () => {} } });
});
afterEach(() => server[Symbol.asyncDispose]());

const name = (plan: AgentPlan) => agentPodName("one", plan.sessionId);
const signal = new AbortController().signal;

function eventsOf(starting: AgentEvents["starting"] = async () => {}): AgentEvents {
  return { starting, output: async () => {} };
}

test("the Secret, without which nothing starts, comes after the pod and after the word to start, and is the pod's", async () => {
  const plan = agentPlan();
  const before: unknown[] = [];
  const starting = async (pod: string | null) => {
    before.push(pod, [...cluster.pods.keys()], [...cluster.secrets.keys()]);
  };
  const agent = await agents.startAgent(plan, eventsOf(starting), signal);
  expect(before).toEqual([name(plan), [name(plan)], []]);
  const [pod] = cluster.pods.values();
  const [secret] = cluster.secrets.values();
  expect(secret?.metadata.ownerReferences).toEqual([
    { apiVersion: "v1", kind: "Pod", name: name(plan), uid: pod?.metadata.uid },
  ]);
  expect(pod?.spec?.volumes?.find((volume) => volume.secret)?.secret?.secretName).toBe(secret?.metadata.name);
  agent.detach();
  await agent.dispose();
  expect([cluster.pods.size, cluster.secrets.size]).toEqual([0, 0]);
});

test("no word to start: nothing is left", async () => {
  const plan = agentPlan();
  const refusal = new Error("the claim is gone");
  await expect(
    agents.startAgent(
      plan,
      eventsOf(() => Promise.reject(refusal)),
      signal,
    ),
  ).rejects.toBe(refusal);
  expect(cluster.log).toEqual([`create pods ${name(plan)}`, `delete pods ${name(plan)}`]);
});

test("a Secret that the cluster refuses: nothing is left, and the user is told", async () => {
  server.handlers.unshift((request, response, url) => {
    if (request.method !== "POST" || !url.pathname.endsWith("/secrets")) return false;
    answer(response, 403, status("Forbidden", "exceeded quota"));
    return true;
  });
  const start = agents.startAgent(agentPlan(), eventsOf(), signal);
  await expect(start).rejects.toThrow(new StartError("The agent's Secret cannot be created: exceeded quota"));
  expect(cluster.pods.size).toBe(0);
});

test("answers that are lost make nothing twice", async () => {
  cluster.loseAnswers = 2;
  const agent = await agents.startAgent(agentPlan(), eventsOf(), signal);
  expect(cluster.log.map((line) => line.split(" ").slice(0, 2).join(" "))).toEqual(["create pods", "create secrets"]);
  agent.detach();
});

test("what ran for the session is ended first, and never started by the new Secret", async () => {
  const plan = agentPlan();
  (await agents.startAgent(plan, eventsOf(), signal)).detach();
  const [old] = cluster.secrets.keys();
  (await agents.startAgent(plan, eventsOf(), signal)).detach();
  expect(cluster.log).toEqual([
    `create pods ${name(plan)}`,
    `create secrets ${old}`,
    `delete pods ${name(plan)}`,
    `create pods ${name(plan)}`,
    expect.stringContaining(`create secrets ${name(plan)}-`),
  ]);
  expect(cluster.secrets.size).toBe(2);
});

test("a pod that never got its Secret is removed, and cannot be gone on with", async () => {
  const plan = agentPlan();
  (await agents.startAgent(plan, eventsOf(), signal)).detach();
  const started = { sessionId: plan.sessionId, cursor: null };
  const resumed = await agents.resumeAgent(started, eventsOf());
  expect(resumed?.detach()).toBe(true);
  cluster.secrets.clear();
  expect(await agents.resumeAgent(started, eventsOf())).toBeUndefined();
  expect(cluster.pods.size).toBe(0);
  expect(await agents.resumeAgent(started, eventsOf())).toBeUndefined();
});

test("stopped before anything runs, the pod is removed, and that is its end", async () => {
  const agent = await agents.startAgent(agentPlan(), eventsOf(), signal);
  agent.stop();
  expect(await agent.exited).toEqual({ stage: "clone", kind: "exited", exitCode: null, message: null });
  await agent.dispose();
});

test("only pods of sessions that nobody wants are removed", async () => {
  const [wanted, orphan] = [agentPlan(), agentPlan({ sessionId: "5f0f6f6d-7a11-4b6e-9d62-0b2c6a548f4e" })];
  for (const plan of [wanted, orphan]) (await agents.startAgent(plan, eventsOf(), signal)).detach();
  const foreign = structuredClone(cluster.pods.get(name(orphan)));
  if (foreign?.metadata.labels === undefined) throw new Error("the pod has labels");
  foreign.metadata.labels[labelNames.installation] = "another";
  cluster.pods.set("foreign", foreign);
  await agents.removeOrphans(async (run) => run.kind === "agent" && run.sessionId === wanted.sessionId);
  expect([...cluster.pods.keys()]).toEqual([name(wanted), "foreign"]);
});
