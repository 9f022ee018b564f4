import { describe, expect, test } from "vitest";
import {
  asOlder,
  deploymentWith,
  historyOf,
  inTurn,
  listed,
  previewWith,
  type Route,
  sendJson,
  standInPlatform,
} from "../testing/stand-in-platform.ts";

const route = "GET /deployments/production";
const missing = sendJson(404, { error: "deployment" });

const wait = async (routes: Readonly<Record<string, Route>>, args: object = { environment: "production" }) => {
  await using platform = await standInPlatform({ routes });
  return { ...(await platform.call("wait_for_deployment", args)), requests: [...platform.requests] };
};

const pending = deploymentWith({ current_status: "pending", generation: 4, observed_generation: 3 });
const syncing = deploymentWith({ current_status: "syncing", generation: 4, observed_generation: 3 });
const healthy = deploymentWith({ generation: 4, observed_generation: 4, image_ref: "shop:2" });
const failing = (failures: number, fields: Partial<typeof pending> = {}) =>
  deploymentWith({
    current_status: "failed",
    generation: 4,
    observed_generation: 4,
    failures,
    reason: "not_ready",
    message: "no answer within 120 s\nlistening on 3000",
    ...fields,
  });

test.concurrent("it waits until what was asked for last is there, and names what changes", async () => {
  const before = deploymentWith({ current_status: "healthy", generation: 4, observed_generation: 3 });
  const { text, progress } = await wait({ [route]: inTurn(before, pending, syncing, failing(1), healthy) });
  expect(text).toMatch(/^environment: production\nstatus: healthy\nimage: shop:2\n/);
  expect(text).not.toContain("Next");
  expect(progress).toEqual(["pending", "syncing", "failed: it runs, and does not become ready in time", "healthy"]);
});

describe("it ends where waiting cannot help, and says why", () => {
  test.concurrent("after three failures in a row", async () => {
    const { text } = await wait({
      [route]: inTurn(failing(2), failing(3, { next_attempt_at: "2026-11-20T11:00:00Z" })),
    });
    expect(text).toContain("status: failed\nwhy: it runs, and does not become ready in time\n");
    expect(text).toContain("failures: 3\nnext_attempt_at: 2026-11-20T11:00:00Z\n");
    expect(text).toMatch(/<untrusted (\w+)>\nno answer within 120 s\nlistening on 3000\n<\/untrusted \1>/);
    expect(text).toMatch(/It is tried again by itself\. Next: get_workload_logs with environment=production\.$/);
  });

  test.concurrent("at once when trying again cannot help", async () => {
    const stalled = failing(1, { stalled: true, reason: "image_pull" });
    const { text, requests } = await wait({ [route]: stalled });
    expect(text).toContain("stalled: true");
    expect(text).toContain("It will not heal by itself: something else must be asked for.");
    expect(requests).toHaveLength(1);
  });

  test.concurrent("at the first failure on a platform that counts none", async () => {
    const older = (current_status: "pending" | "failed") => asOlder(deploymentWith({ current_status }));
    const { text } = await wait({ [route]: inTurn(older("pending"), older("failed")) });
    expect(text).toContain("status: failed");
    expect(text).toContain("This platform tries again every few seconds");
  });
});

test.concurrent("one that is to be stopped is waited for until it is", async () => {
  const stopping = { desired_status: "stopped", generation: 4, observed_generation: 4 } as const;
  const { text } = await wait({
    [route]: inTurn(
      deploymentWith({ ...stopping, current_status: "healthy" }),
      deploymentWith({ ...stopping, current_status: "stopped" }),
    ),
  });
  expect(text).toContain("status: stopped");
});

test.concurrent("a rollback of the first platform is not done while it is wanted", async () => {
  const rolling = asOlder(deploymentWith({ desired_status: "rollback" }));
  const { text } = await wait({ [route]: inTurn(rolling, asOlder(deploymentWith({ image_ref: "shop:1" }))) });
  expect(text).toContain("image: shop:1");
});

test.concurrent("it ends in time and says how to go on", async () => {
  const { text } = await wait({ [route]: syncing }, { environment: "production", timeout_seconds: 1 });
  expect(text).toMatch(/Not done after 1 s\. wait_for_deployment with environment=production goes on waiting\.$/);
});

test.concurrent("a platform that fails for a moment does not end it", async () => {
  const broken: Route = (response) => void response.destroy();
  expect((await wait({ [route]: inTurn(syncing, broken, healthy) })).text).toContain("status: healthy");
});

describe("a commit", () => {
  const args = { environment: "production", commit: "bbbbbbb", timeout_seconds: 1 };

  test.concurrent("is waited for while another one is well, or nothing is there", async () => {
    const { text, progress } = await wait(
      { [route]: inTurn(missing, deploymentWith(), deploymentWith({ commit_sha: "b".repeat(40) })) },
      { ...args, timeout_seconds: 60 },
    );
    expect(text).toContain("commit: bbbbbbbbbbbb\n");
    expect(progress).toEqual(["not there yet", "another commit (aaaaaaaaaaaa): healthy", "healthy"]);
  });

  test.concurrent("that does not come is said not to have come, and where to look", async () => {
    const { text } = await wait({ [route]: deploymentWith() }, args);
    expect(text).toMatch(
      /Commit bbbbbbb is not deployed after 1 s: this is what was before it\. wait_for_pipeline with ref=bbbbbbb says/,
    );
  });
});

describe("a preview", () => {
  const list = "GET /previews";

  test.concurrent("is waited for by its branch, also before there is one", async () => {
    const { text, progress } = await wait(
      { [list]: inTurn(listed(), listed(previewWith({ current_status: "syncing" })), listed(previewWith())) },
      { preview: "feature/login" },
    );
    expect(text).toContain("slug: feature-login\nbranch: feature/login\nstatus: healthy\n");
    expect(progress).toEqual(["not there yet", "syncing", "healthy"]);
  });

  test.concurrent("that is not made because there are too many is said not to be, and why", async () => {
    const { text } = await wait(
      {
        [list]: listed(),
        "GET /previews/feature-login/history": historyOf({ status: "failure", reason: "limit" }),
      },
      { preview: "feature-login", timeout_seconds: 1 },
    );
    expect(text).toContain("None was made: the project has as many previews as it may.");
  });

  test.concurrent("that goes meanwhile is said to be gone, and why", async () => {
    const { text } = await wait(
      {
        [list]: inTurn(listed(previewWith({ current_status: "syncing" })), listed()),
        "GET /previews/feature-login/history": historyOf({ action: "stop", reason: "merged" }),
      },
      { preview: "feature/login" },
    );
    expect(text).toBe(
      "There is no preview feature/login. The last one went: its branch was merged. list_previews shows those there are; a successful pipeline of the branch makes one.",
    );
  });

  test.concurrent("that does not come is said not to be there", async () => {
    const { text } = await wait({ [list]: listed() }, { preview: "feature/login", timeout_seconds: 1 });
    expect(text).toBe(
      "There is no preview feature/login. list_previews shows those there are; a successful pipeline of the branch makes one.",
    );
  });
});

test.concurrent("a deployment that does not come is said not to be there", async () => {
  const { text } = await wait({ [route]: missing }, { environment: "production", timeout_seconds: 1 });
  expect(text).toBe("There is no deployment in production. list_deployments shows those there are.");
});

test.concurrent("what it may not see is an error", async () => {
  const { text, isError } = await wait({ [route]: sendJson(403, { error: "forbidden" }) });
  expect(isError).toBe(true);
  expect(text).toContain("lacks the permission deploy:read");
});

test.concurrent("it needs to be told what to wait for", async () => {
  expect((await wait({}, {})).text).toBe("wait_for_deployment was not called: give either environment or preview.");
});

test.concurrent("a host that cancels it ends it at once", async () => {
  await using platform = await standInPlatform({ routes: { [route]: syncing } });
  const cancel = new AbortController();
  const waiting = platform.call(
    "wait_for_deployment",
    { environment: "production", timeout_seconds: 600 },
    cancel.signal,
  );
  await expect.poll(() => platform.requests.length).toBeGreaterThan(0);
  cancel.abort();
  expect((await waiting).isError).toBe(true);
});
