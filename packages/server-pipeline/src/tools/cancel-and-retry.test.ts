import { describe, expect, test } from "vitest";
import { idOf, pipelineWith, type Route, sendJson, sendPage, standInPlatform } from "../testing/stand-in-platform.ts";

const pipeline_id = idOf(1);

async function call(tool: string, routes: Readonly<Record<string, Route>>) {
  await using platform = await standInPlatform({ routes });
  const { text, isError } = await platform.call(tool, { pipeline_id });
  return { text: text.replace(/\nRequest id: \S+$/, ""), isError };
}

describe("cancel_pipeline", () => {
  test.each([
    ["cancelled", "Next: retry_pipeline runs it again."],
    ["success", "It had ended before: nothing was cancelled."],
    ["failure", "It had ended before: nothing was cancelled."],
  ] as const)("of one that then is %s", async (status, says) => {
    const { text } = await call("cancel_pipeline", {
      [`POST /pipelines/${pipeline_id}/cancel`]: { ok: true },
      [`GET /pipelines/${pipeline_id}`]: pipelineWith({ status }),
    });
    expect(text).toBe(`id: ${pipeline_id}\nstatus: ${status}\n${says}`);
  });
});

describe("retry_pipeline", () => {
  const route = `POST /pipelines/${pipeline_id}/retry`;

  test("says which run this is", async () => {
    const { text } = await call("retry_pipeline", { [route]: pipelineWith({ status: "pending", run: 2 }) });
    expect(text).toBe(`id: ${pipeline_id}\nstatus: pending\nrun: 2\nNext: wait_for_pipeline.`);
  });

  test("of one that runs is refused by the platform", async () => {
    const { text, isError } = await call("retry_pipeline", {
      [route]: sendJson(409, { error: "the pipeline is running" }),
    });
    expect(isError).toBe(true);
    expect(text).toContain('409 "the pipeline is running"');
  });

  test.each<[string, Route]>([
    ["404 of everything unknown", sendJson(404, { error: "not found" })],
    ["405", (response) => void response.writeHead(405, { allow: "GET" }).end()],
    ["404 without a body", (response) => void response.writeHead(404).end()],
    ["a page for browsers", sendPage],
  ])("is not offered by a platform that answers %s", async (_, answer) => {
    const { text, isError } = await call("retry_pipeline", { [route]: answer, "GET /api/auth/me": { id: idOf(9) } });
    expect(isError).toBe(true);
    expect(text).toContain(
      "This platform does not offer to retry a pipeline. Instead, trigger_pipeline starts a new one at its ref.",
    );
  });

  test("is not said to be missing where nothing answers as a platform does", async () => {
    const { text } = await call("retry_pipeline", { [route]: sendPage, "GET /api/auth/me": sendPage });
    expect(text).toContain('a web page titled "Platform" instead of data');
  });
});
