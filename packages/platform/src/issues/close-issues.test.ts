import { expect, test } from "vitest";
import type { AuditRecord } from "../audit/entry.ts";
import { startTestPlatform } from "../testing/test-platform.ts";
import { closeIssues } from "./close-issues.ts";

test("the open issues of the project among the numbers are closed, and each is recorded", async () => {
  await using platform = await startTestPlatform();
  const admin = await platform.token({ user: "admin" });
  const project = await platform.addProject("admin", "one");
  const other = await platform.addProject("admin", "other");
  const open = async (of: string) =>
    (await platform.send("POST", `/api/projects/${of}/issues`, admin, { title: "x" })).body.id;
  const [first, , third] = [await open(project), await open(project), await open(project)];
  await open(other);
  await platform.send("PATCH", `/api/projects/${project}/issues/2`, admin, { status: "closed" });

  const records: AuditRecord[] = [];
  const audit = { record: (what: AuditRecord) => void records.push(what) };
  const closed = await platform.db
    .transaction()
    .execute((transaction) => closeIssues(transaction, project, [3, 1, 2, 99], audit));
  expect(closed).toEqual([1, 3]);
  expect(records).toEqual(
    [first, third].map((id) => ({
      resource: "issue",
      id,
      project,
      before: { status: "open", closed_at: null },
      after: { status: "closed", closed_at: expect.any(String) },
    })),
  );
  const rows = await platform.db.selectFrom("issues").select(["status"]).orderBy("project_id").execute();
  expect(rows.filter(({ status }) => status === "open")).toHaveLength(1);
  expect(await closeIssues(platform.db, project, [], audit)).toEqual([]);
});
