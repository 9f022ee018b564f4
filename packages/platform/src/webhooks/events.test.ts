import type { webhooks } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { WorkTree } from "../git/testing/work-tree.ts";
import { endSession } from "../sessions/end-session.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { startReceiver } from "./testing/receiver.ts";

/** Whose steps are all skipped, so that it succeeds at once. */
const empty =
  "pipeline: { on: { push: { branches: [none] } }, steps: [{ name: a, image: node, when: { branches: [none] } }] }\n";

let platform: TestPlatform;
let receiver: Awaited<ReturnType<typeof startReceiver>>;
let admin: string;
let project: string;
let tree: WorkTree;
let url: string;
const commits = { main: "", topic: "" };

beforeAll(async () => {
  receiver = await startReceiver();
  platform = await startTestPlatform({ PLATFORM_WEBHOOK_ALLOW: "127.0.0.1" });
  admin = await platform.token({ user: "admin" });
  tree = await WorkTree.create();
  project = (await platform.send("POST", "/api/projects", admin, { name: "hooked" })).body.id;
  url = platform.url.replace("http://", `http://admin:${admin}@`).concat("/admin/hooked.git");
  commits.main = await tree.commit(empty, ".platform.yaml");
  commits.topic = await tree.commit();
  await push(`${commits.main}:refs/heads/main`, `${commits.topic}:refs/heads/topic`);
  for (const event of ["push", "mr", "issue", "build", "deploy", "agent"]) {
    await call("POST", "/webhooks", { url: `${receiver.url}/${event}`, events: [event] });
  }
});
afterAll(async () => {
  tree[Symbol.dispose]();
  await platform.close();
  await receiver[Symbol.asyncDispose]();
});

async function call(method: string, path: string, body?: unknown) {
  const answer = await platform.send(method, `/api/projects/${project}${path}`, admin, body);
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer.body;
}

/** What the webhook of an event gets while something is done, without the `project_id` that all of it must have. */
async function told(event: webhooks.WebhookEvent, count: number, act: () => Promise<unknown>): Promise<unknown[]> {
  const before = receiver.received.length;
  await act();
  const payloads = () =>
    receiver.received.slice(before).flatMap(({ url: path, body }) => (path === `/${event}` ? [JSON.parse(body)] : []));
  await vi.waitFor(() => expect(payloads()).toHaveLength(count), { timeout: 20_000, interval: 10 });
  return payloads().map(({ project_id, ...payload }) => {
    expect(project_id).toBe(project);
    return payload;
  });
}

const push = (...refs: string[]) => tree.git("push", "--quiet", url, ...refs);

test("push: each branch and tag that is moved, made or deleted", async () => {
  const { main, topic } = commits;
  const made = await told("push", 2, () => push(`${main}:refs/heads/a`, `${main}:refs/tags/v1`));
  expect(made).toEqual(
    expect.arrayContaining([
      { ref: "refs/heads/a", before: null, after: main, pusher: "admin" },
      { ref: "refs/tags/v1", before: null, after: main, pusher: "admin" },
    ]),
  );
  const more = await told("push", 2, () => push(`${topic}:refs/heads/a`, ":refs/tags/v1"));
  expect(more).toEqual(
    expect.arrayContaining([
      { ref: "refs/heads/a", before: main, after: topic, pusher: "admin" },
      { ref: "refs/tags/v1", before: main, after: null, pusher: "admin" },
    ]),
  );
});

test("issue: made", async () => {
  let issue = { id: "", number: 0 };
  const payloads = await told("issue", 1, async () => {
    issue = await call("POST", "/issues", { title: 'It "fails" \u2028' });
  });
  const { id, number } = issue;
  expect(payloads).toEqual([{ action: "created", issue: { id, number, title: 'It "fails" \u2028' } }]);
});

test("mr: made, and merged, which moves the branch", async () => {
  let merge_request = { id: "", number: 0 };
  const made = await told("mr", 1, async () => {
    const body = { source_branch: "topic", target_branch: "main", title: "Mend it" };
    merge_request = await call("POST", "/merge-requests", body);
  });
  const { id, number } = merge_request;
  expect(made).toEqual([{ action: "created", merge_request: { id, number, title: "Mend it" } }]);
  const before = receiver.received.length;
  expect(await told("mr", 1, () => call("POST", `/merge-requests/${number}/merge`, {}))).toEqual([
    { action: "merged", merge_request: { id, number } },
  ]);
  const moved = () => receiver.received.slice(before).filter(({ url: path }) => path === "/push");
  await vi.waitFor(() => expect(moved()).toHaveLength(1), { timeout: 20_000 });
  expect(JSON.parse(moved()[0]?.body ?? "")).toMatchObject({ ref: "refs/heads/main", pusher: "admin" });
});

test("build: a success, and a failure, also of what could not begin", async () => {
  let pipeline = { id: "" };
  const success = await told("build", 1, async () => {
    pipeline = await call("POST", "/pipelines", { git_ref: commits.main });
  });
  expect(success).toEqual([{ action: "success", pipeline_id: pipeline.id }]);
  await tree.commit("pipeline: { steps: [] }\n", ".platform.yaml");
  const failure = await told("build", 1, () => push("HEAD:refs/heads/broken"));
  expect(failure).toEqual([{ action: "failure", pipeline_id: expect.not.stringMatching(pipeline.id) }]);
});

test("agent: made, stopped, completed, failed", async () => {
  let session = { session_id: "", id: "" };
  const start = async () => {
    session = await call("POST", "/sessions", { prompt: "Mend it" });
  };
  const sessionId = () => session.id ?? session.session_id;
  expect(await told("agent", 1, start)).toEqual([{ action: "created", session_id: sessionId() }]);
  expect(await told("agent", 1, () => call("POST", `/sessions/${sessionId()}/stop`))).toEqual([
    { action: "stopped", session_id: sessionId() },
  ]);
  for (const status of ["completed", "failed"] as const) {
    await told("agent", 1, start);
    const end = () =>
      platform.db.transaction().execute((db) => endSession(db, sessionId(), { status, reason: "exit", message: null }));
    expect(await told("agent", 1, end)).toEqual([{ action: status, session_id: sessionId() }]);
  }
});

test("deploy: what is wanted of a deployment was changed", async () => {
  const body = { environment: "staging", image_ref: "registry.example/app:1" };
  expect(await told("deploy", 0, () => call("POST", "/deployments", body))).toEqual([]);
  expect(await told("deploy", 1, () => call("PATCH", "/deployments/staging", {}))).toEqual([
    { action: "updated", environment: "staging" },
  ]);
});
