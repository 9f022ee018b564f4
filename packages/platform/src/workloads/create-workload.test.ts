import { afterAll, beforeAll, expect, test } from "vitest";
import type { Queryable } from "../db/queryable.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { changeWorkload } from "./change-workload.ts";
import { createWorkload } from "./create-workload.ts";
import { endWorkload } from "./end-workload.ts";
import { lockWorkload } from "./lock-workload.ts";
import { rolledBack } from "./testing/rolled-back.ts";

let platform: TestPlatform;
let projectId: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  projectId = await platform.addProject("admin", "shop");
});
afterAll(() => platform.close());

const place = { environment: "staging" } as const;

async function create(db: Queryable, wanted: { readonly image_ref: string; readonly values_override?: unknown }) {
  return await createWorkload(db, { projectId, place, created_by: null, ...wanted });
}

test("each change of what is wanted is another generation, of which nothing is known yet", async () => {
  await rolledBack(platform.db, async (db) => {
    const { workload } = await create(db, { image_ref: "app:1", values_override: { replicas: 2 } });
    expect(workload).toMatchObject({
      generation: 1,
      observed_generation: 0,
      current_status: "pending",
      label: "staging",
    });
    await db
      .updateTable("workloads")
      .where("id", "=", workload.id)
      .set({ current_status: "failed", reason: "image_pull", message: "not there", failures: 3, stalled: true })
      .set({ observed_generation: 1, url: "http://old.test" })
      .execute();
    const changed = await changeWorkload(db, workload.id, { image_ref: "app:2", ops_repo_id: undefined });
    expect(changed).toMatchObject({
      generation: 2,
      observed_generation: 1,
      image_ref: "app:2",
      url: "http://old.test",
    });
    expect(changed).toMatchObject({ current_status: "pending", reason: null, message: null, failures: 0 });
    expect(changed).toMatchObject({ stalled: false, values_override: { replicas: 2 } });
    expect(await changeWorkload(db, workload.id, { values_override: null })).toMatchObject({
      ...{ generation: 3, image_ref: "app:2", values_override: null },
    });
  });
});

test("what is there stays as it is, and what is being removed becomes what is wanted instead", async () => {
  await rolledBack(platform.db, async (db) => {
    const first = await create(db, { image_ref: "app:1", values_override: [1] });
    const second = await create(db, { image_ref: "app:2" });
    expect(second).toEqual({ created: false, workload: first.workload });

    expect(await endWorkload(db, first.workload.id, "deleted")).toBe(true);
    expect(await endWorkload(db, first.workload.id, "expired")).toBe(false);
    expect(await lockWorkload(db, projectId, place)).toMatchObject({
      ...{ removal_reason: "deleted", desired_status: "stopped", action: "stop", generation: 2 },
    });
    const third = await create(db, { image_ref: "app:2" });
    expect(third).toMatchObject({ created: true, workload: { id: first.workload.id, generation: 3 } });
    expect(third.workload).toMatchObject({ image_ref: "app:2", values_override: null, removal_reason: null });
    expect(third.workload).toMatchObject({ desired_status: "active", action: "deploy" });
  });
});

test("a preview is kept from the last push on, and never for less than somebody has asked for", async () => {
  await rolledBack(platform.db, async (db) => {
    const branch = { branch: "next", ttlHours: 24 };
    const { workload } = await createWorkload(db, { projectId, place: branch, image_ref: "app:1", created_by: null });
    const hours = (expires: string | null) => Math.round((Date.parse(expires ?? "") - Date.now()) / 3_600_000);
    expect(hours(workload.expires_at)).toBe(24);
    expect(hours((await changeWorkload(db, workload.id, { keep_hours: 48 })).expires_at)).toBe(48);
    expect(hours((await changeWorkload(db, workload.id, { keep_hours: 24 })).expires_at)).toBe(48);
  });
});

test("of those who make the same one at the same time, one does, and nobody fails", async () => {
  const project = await platform.addProject("admin", "crowded");
  const names = ["feature/a", "feature-a", "feature/a", "Feature/a", "feature-a", "feature.a"];
  const made = await Promise.all(
    names.map((branch) =>
      platform.db.transaction().execute((db) =>
        createWorkload(db, {
          projectId: project,
          place: { branch, ttlHours: 1 },
          image_ref: "app:1",
          created_by: null,
        }),
      ),
    ),
  );
  expect(made.filter(({ created }) => created).length).toBe(4);
  expect(new Set(made.map(({ workload }) => workload.branch_slug)).size).toBe(4);
});
