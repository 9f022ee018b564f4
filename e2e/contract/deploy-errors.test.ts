import { deploy } from "@platform-mcp/server-deploy";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type RefusedServer, refusedServer } from "./lib/error-answers.ts";

const environment = "production";
const preview = "feature-login";
const ops_repo_id = "00000000-0000-4000-8000-000000000001";

/** A call of each tool that its arguments do not stop. */
const calls: Readonly<Record<string, object>> = {
  list_deployments: {},
  get_deployment: { environment },
  create_deployment: { environment, image_ref: "shop:1" },
  update_deployment: { environment, image_ref: "shop:1" },
  rollback_deploy: { environment },
  get_deploy_history: { environment },
  list_previews: {},
  get_preview: { preview },
  stop_preview: { preview },
  wait_for_deployment: { environment, timeout_seconds: 1 },
  get_workload_logs: { environment },
  list_ops_repos: {},
  sync_ops_repo: { ops_repo_id },
};

let server: RefusedServer;
beforeAll(async () => {
  server = await refusedServer("platform-deploy", (url) =>
    url.includes("/ops-repos/") ? "ops_repo" : url.includes("/production") ? "deployment" : "project",
  );
});
afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
});

test("every tool is called here", () => {
  expect(Object.keys(calls)).toEqual(deploy.tools.map(({ name }) => name));
});

/** A deployment that is not there is an answer to whoever waits for it, and no error. */
const { wait_for_deployment: _, ...failing } = calls;

describe("what each tool says of 401, 403, 404, 409, 500 and 503", () => {
  test.each(Object.entries(failing))("%s", async (name, args) => {
    expect(await server.errorTexts(name, args)).toMatchSnapshot();
  });

  test("wait_for_deployment", async () => {
    expect(await server.errorTexts("wait_for_deployment", { preview, timeout_seconds: 1 })).toMatchSnapshot();
  });
});
