import { expect, test, vi } from "vitest";
import { PushedProject } from "../pipelines/testing/pushed-project.ts";
import { startTestPlatform } from "../testing/test-platform.ts";

// Processes, beside other tests that start some.
vi.setConfig({ testTimeout: 60_000 });

test("a step whose secret cannot be read does not start, says which and why, and does once it is set again", async () => {
  await using platform = await startTestPlatform();
  using project = await PushedProject.create(platform, "unreadable");
  const secret = { name: "TOKEN", value: "the value", scope: "pipeline" };
  expect((await project.send("POST", "secrets", secret)).status).toBe(201);
  // As a row that was set under another key looks to this one.
  await platform.db
    .updateTable("secrets")
    .set({ encrypted_value: Buffer.alloc(50) })
    .execute();
  const definition =
    'pipeline: { steps: [{ name: only, image: none, commands: ["test \\"$TOKEN\\" = \\"the value\\""] }] }\n';
  const id = await project.push(definition);
  const { status, steps } = await project.ended(id);
  expect([status, steps[0]?.reason]).toEqual(["failure", "start_failed"]);
  expect(steps[0]?.message).toMatch(/^the secret TOKEN of the project cannot be decrypted: .* or set it again\.$/);
  expect((await project.send("POST", "secrets", secret)).status).toBe(201);
  expect((await project.send("POST", `pipelines/${id}/retry`)).status).toBe(200);
  expect((await project.ended(id)).status).toBe("success");
});
