import { pipeline } from "@platform-mcp/server-pipeline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RefusedServer, refusedServer } from "./lib/error-answers.ts";

const pipeline_id = "00000000-0000-4000-8000-000000000001";

/** A call of each tool that its arguments do not stop. */
const calls: Readonly<Record<string, object>> = {
  list_pipelines: { status: "failure" },
  get_pipeline: { pipeline_id },
  wait_for_pipeline: { pipeline_id },
  diagnose_pipeline: { pipeline_id },
  get_step_logs: { pipeline_id },
  trigger_pipeline: { ref: "main" },
  retry_pipeline: { pipeline_id },
  cancel_pipeline: { pipeline_id },
  list_artifacts: { pipeline_id },
  download_artifact: { pipeline_id, artifact: "report" },
};

let server: RefusedServer;
beforeAll(async () => {
  server = await refusedServer("platform-pipeline", (url) => (url.includes("/pipelines/") ? "pipeline" : "project"));
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(pipeline.tools.map(({ name }) => name));
});

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(calls))("%s", async (name, args) => {
    expect(await server.errorTexts(name, args)).toMatchSnapshot();
  });
});

test("a ref that does not exist sends to the branches", async () => {
  const texts = await server.errorTexts("wait_for_pipeline", { ref: "nowhere" });
  expect(texts).toContain("wait_for_pipeline failed: 404");
});
