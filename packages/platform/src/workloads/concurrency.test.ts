import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { createWorkload } from "./create-workload.ts";
import { addPreview } from "./testing/add-preview.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

test("whatever is asked of deployments and previews at one time gets in nobody's way, and each change counts once", async () => {
  const { db } = platform;
  const admin = await platform.token({ user: "admin" });
  const id = await platform.addProject("admin", "crowded");
  const send = (method: string, path: string, body?: unknown) =>
    platform.send(method, `/api/projects/${id}/${path}`, admin, body);
  const branches = ["a", "A", "b", "B"];
  const slugs = await Promise.all(branches.map(async (branch) => (await addPreview(db, id, branch)).branch_slug));
  expect(new Set(slugs).size).toBe(4);

  const rounds = [0, 1];
  const answers = await Promise.all(
    rounds.flatMap((round) => [
      ...["staging", "production"].flatMap((environment) => [
        send("POST", "deployments", { environment, image_ref: `app:${round}` }),
        send("PATCH", `deployments/${environment}`, { image_ref: `app:x${round}` }),
        send("POST", `deployments/${environment}/rollback`),
        send("DELETE", `deployments/${environment}`),
      ]),
      ...slugs.flatMap((slug) => [
        send("POST", `previews/${slug}/extend`, { hours: 1 + round }),
        send("DELETE", `previews/${slug}`),
      ]),
      ...branches.map((branch) =>
        db.transaction().execute(async (transaction) => {
          const place = { branch, ttlHours: 24 };
          await createWorkload(transaction, { projectId: id, place, image_ref: `app:${round}`, created_by: null });
        }),
      ),
      send("POST", "issues", { title: "Beside it" }),
      send("GET", "deployments"),
    ]),
  );
  const refused = answers.filter((answer) => answer !== undefined && answer.status >= 500);
  expect(refused).toEqual([]);

  const changes = Array.from({ length: 8 }, (_, number) => number);
  const { body: made } = await send("POST", "deployments", { environment: "preview", image_ref: "app:1" });
  const patched = await Promise.all(
    changes.map((number) => send("PATCH", "deployments/preview", { image_ref: `app:y${number}` })),
  );
  const generations = patched.map(({ body }) => body.generation).sort((a, b) => a - b);
  expect(generations).toEqual(changes.map((number) => made.generation + 1 + number));

  expect((await platform.send("DELETE", `/api/projects/${id}`, admin)).status).toBe(200);
  const left = db.selectFrom("workloads").where("project_id", "=", id).select("removal_reason");
  expect((await left.execute()).filter(({ removal_reason }) => removal_reason === null)).toEqual([]);
}, 60_000);
