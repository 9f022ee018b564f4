import { describe, expect, test } from "vitest";
import { idOf, pipelineWith, type Route, sendJson, standInPlatform } from "../testing/stand-in-platform.ts";

const pipeline_id = idOf(1);
const sha = "a".repeat(40);

const states = {
  pending: pipelineWith({ status: "pending", steps: [{ status: "pending" }, { status: "pending" }] }),
  running: pipelineWith({ status: "running", steps: [{ status: "success" }, { status: "running" }] }),
  failing: pipelineWith({ status: "running", steps: [{ status: "failure", exit_code: 1 }, { status: "running" }] }),
  success: pipelineWith({ status: "success", steps: [{}, {}] }),
};

/** A route that answers with one after the other, then with the last again and again. */
function inTurn(...answers: readonly Route[]): Route {
  let at = 0;
  return (response, query) => {
    const answer = answers[Math.min(at++, answers.length - 1)];
    if (typeof answer === "function") answer(response, query);
    else sendJson(200, answer)(response);
  };
}

const wait = async (routes: Readonly<Record<string, Route>>, args: object) => {
  await using platform = await standInPlatform({ routes });
  return { ...(await platform.call("wait_for_pipeline", args)), requests: [...platform.requests] };
};

test("it waits until the pipeline has ended, and names what changes", async () => {
  const { text, progress } = await wait(
    { [`GET /pipelines/${pipeline_id}`]: inTurn(states.pending, states.running, states.running, states.success) },
    { pipeline_id },
  );
  expect(text).toMatch(
    /status: success[\s\S]*steps 1-2 of 2: name status duration\nstep-0 success 1s\nstep-1 success 1s$/,
  );
  expect(progress).toEqual(["pending: 2", "running: step-1; success: 1", "success: 2"]);
});

test("it ends with the first step that fails, though others run", async () => {
  const { text, progress } = await wait(
    { [`GET /pipelines/${pipeline_id}`]: inTurn(states.pending, states.failing) },
    { pipeline_id },
  );
  expect(text).toContain("status: running");
  expect(text).toMatch(/Next: diagnose_pipeline\.$/);
  expect(progress.at(-1)).toBe("failure: step-0; running: step-1");
});

test("it ends in time and says how to go on", async () => {
  const { text } = await wait(
    { [`GET /pipelines/${pipeline_id}`]: states.running },
    { pipeline_id, timeout_seconds: 1 },
  );
  expect(text).toContain(`Not done after 1 s. wait_for_pipeline with pipeline_id=${pipeline_id} goes on waiting.`);
});

test("a platform that fails for a moment does not end it", async () => {
  const broken: Route = (response) => void response.destroy();
  const { text } = await wait(
    { [`GET /pipelines/${pipeline_id}`]: inTurn(states.running, broken, states.success) },
    { pipeline_id },
  );
  expect(text).toContain("status: success");
});

describe("a ref", () => {
  const tip = { "GET /commits": [{ sha, message: "Fix", author_name: "A", committed_at: "2026-11-20T10:00:00Z" }] };
  const listed = (...items: object[]) => ({ items, total: items.length });
  const old = pipelineWith({ id: idOf(2), status: "success", commit_sha: "b".repeat(40) });

  test("is its latest commit's pipeline, also before that exists, and not that of the push before", async () => {
    const { text, progress, requests } = await wait(
      {
        ...tip,
        "GET /pipelines": inTurn(listed(), listed(), listed(states.running)),
        [`GET /pipelines/${pipeline_id}`]: states.success,
      },
      { ref: "main" },
    );
    expect(text).toContain(`id: ${pipeline_id}\nstatus: success`);
    expect(progress[0]).toBe("no pipeline yet");
    expect(requests).toContain(`GET /pipelines?limit=20&offset=0&commit_sha=${sha}`);
  });

  test("of a platform that cannot filter by commit is found nevertheless", async () => {
    const { text } = await wait(
      {
        ...tip,
        "GET /pipelines": inTurn(listed(old), listed(old), listed(old), listed(old), listed(states.running, old)),
        [`GET /pipelines/${pipeline_id}`]: states.success,
      },
      { ref: "refs/heads/main" },
    );
    expect(text).toContain(`id: ${pipeline_id}\n`);
  });

  test("that is another branch at the same commit is not taken for this one", async () => {
    const other = pipelineWith({ id: idOf(3), git_ref: "refs/heads/other" });
    const { text } = await wait(
      {
        ...tip,
        "GET /pipelines": listed(other, states.running),
        [`GET /pipelines/${pipeline_id}`]: states.success,
      },
      { ref: "main" },
    );
    expect(text).toContain(`id: ${pipeline_id}\n`);
  });

  test("that is a commit needs no look at the repository", async () => {
    const { text, requests } = await wait(
      { "GET /pipelines": listed(states.running), [`GET /pipelines/${pipeline_id}`]: states.success },
      { ref: sha },
    );
    expect(text).toContain("status: success");
    expect(requests.some((request) => request.includes("/commits"))).toBe(false);
  });

  test("whose commits the platform does not show is its latest pipeline", async () => {
    const { text } = await wait(
      {
        "GET /commits": [],
        "GET /pipelines": listed(states.running, old),
        [`GET /pipelines/${pipeline_id}`]: states.success,
      },
      { ref: "main" },
    );
    expect(text).toContain(`id: ${pipeline_id}\n`);
  });

  test("that starts none is said to start none", async () => {
    const { text } = await wait({ ...tip, "GET /pipelines": listed(old) }, { ref: "main", timeout_seconds: 1 });
    expect(text).toBe(
      "No pipeline for commit aaaaaaaaaaaa of main within 1 s. A push starts one where its commit has a .platform.yaml whose `on` matches; trigger_pipeline starts one in any case.",
    );
  });
});

test("it needs to be told what to wait for", async () => {
  expect((await wait({}, {})).text).toBe("wait_for_pipeline was not called: pipeline_id or ref is required.");
});

test("a host that cancels it ends it at once", async () => {
  await using platform = await standInPlatform({ routes: { [`GET /pipelines/${pipeline_id}`]: states.running } });
  const cancel = new AbortController();
  const waiting = platform.call("wait_for_pipeline", { pipeline_id, timeout_seconds: 600 }, cancel.signal);
  await expect.poll(() => platform.requests.length).toBeGreaterThan(0);
  cancel.abort();
  expect((await waiting).isError).toBe(true);
});
