import { expect, test } from "vitest";
import { Stage } from "./testing/scene.ts";

test("whoever waits for a repository that others use keeps nobody else from the platform", async () => {
  const stage = await Stage.create();
  const scene = await stage.scene();
  scene.branch("first");
  // The repository is known from the first merge request on.
  await scene.open("first");
  const branches = Array.from({ length: 30 }, (_, index) => `topic-${index}`);
  for (const branch of branches) scene.branch(branch);
  const locked = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const held = stage.platform.db.transaction().execute(async (transaction) => {
    await transaction
      .selectFrom("repositories")
      .where("project_id", "=", scene.id)
      .select("project_id")
      .forUpdate()
      .executeTakeFirstOrThrow();
    locked.resolve();
    await release.promise;
  });
  await locked.promise;
  const opened = Promise.all(branches.map((branch) => scene.open(branch)));
  // Answered while they wait: the repository is released only afterwards.
  for (let round = 0; round < 3; round++) {
    expect((await stage.platform.send("GET", "/api/projects", stage.admin)).status).toBe(200);
  }
  release.resolve();
  await held;
  expect(new Set(await opened).size).toBe(30);
  await stage.close();
});
