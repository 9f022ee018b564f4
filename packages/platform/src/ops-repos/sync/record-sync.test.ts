import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { findOpsRepo } from "../queries.ts";
import { addOpsRepo } from "../testing/add-ops-repo.ts";
import { recordSyncError } from "./record-sync.ts";

let platform: TestPlatform;
beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.close());

test("what went wrong with the place where an ops repo was is not noted of the one where it is now", async () => {
  const { db } = platform;
  const before = await findOpsRepo(db, await addOpsRepo(db, "moved"));
  if (before === undefined) throw new Error("it is not there");
  await recordSyncError(db, before, "no such host");
  expect(await findOpsRepo(db, before.id)).toMatchObject({ sync_error: "no such host" });
  // Not by the API, by which it would be fetched at once.
  const moved = { branch: "other", sync_error: null };
  await db.updateTable("ops_repos").where("id", "=", before.id).set(moved).execute();
  await recordSyncError(db, before, "no such branch");
  expect(await findOpsRepo(db, before.id)).toMatchObject(moved);
});
