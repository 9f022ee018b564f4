import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { PushedProject } from "./testing/pushed-project.ts";

let platform: TestPlatform;
let project: PushedProject;
beforeAll(async () => {
  platform = await startTestPlatform();
  project = await PushedProject.create(platform, "shop");
  // Nothing is deployed while it waits.
  const steps = "[{ name: wait, image: any, commands: [sleep 60] }]";
  await project.push(`pipeline: { steps: ${steps}, deploy: { image: shop } }`);
  await project.pushed("topic");
});
afterAll(async () => {
  project[Symbol.dispose]();
  await platform.close();
});

/** Whether a pipeline that somebody starts by hand is looked at, once it has succeeded, for what it deploys. */
async function deploys(token: string, gitRef: string): Promise<boolean> {
  const path = `/api/projects/${project.id}/pipelines`;
  const { body, status } = await platform.send("POST", path, token, { git_ref: gitRef });
  expect(status).toBe(201);
  const row = platform.db.selectFrom("pipelines").where("id", "=", body.id).select("deploy_checked_at");
  return (await row.executeTakeFirstOrThrow()).deploy_checked_at === null;
}

test("who may not deploy changes no production by starting the default branch's pipeline, and may have a preview", async () => {
  await platform.addUser("ada", [{ role: "developer" }]);
  const ada = await platform.token({ user: "ada" });
  for (const ref of ["main", "refs/heads/main", "HEAD"]) expect(await deploys(ada, ref), ref).toBe(false);
  expect(await deploys(ada, "topic")).toBe(true);
  const narrow = await platform.token({ user: "admin", scopes: ["project:read", "project:write"] });
  expect(await deploys(narrow, "main")).toBe(false);
  const wide = await platform.token({ user: "admin", scopes: ["project:write", "deploy:promote"] });
  expect(await deploys(wide, "main")).toBe(true);
});
