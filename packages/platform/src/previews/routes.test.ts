import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { addPreview } from "../workloads/testing/add-preview.ts";
import { addSuccess } from "../workloads/testing/add-success.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.token({ user: "admin" });
});
afterAll(() => platform.close());

let count = 0;

/** A project with previews of these branches. What becomes of them meanwhile is not what is tried here. */
async function makeProject(...branches: readonly string[]) {
  const id = await platform.addProject("admin", `app-${++count}`);
  const previews = [];
  for (const branch of branches) previews.push(await addPreview(platform.db, id, branch));
  const send = (method: string, path = "", body?: unknown, token = admin) =>
    platform.send(method, `/api/projects/${id}/previews${path}`, token, body);
  return { id, previews, send };
}

test("previews are listed, the newest first, and got by their slugs", async () => {
  const { id, send } = await makeProject("feature/a", "feature/b");
  const { body } = await send("GET");
  expect([body.total, body.items.map(({ branch }: { branch: string }) => branch)]).toEqual([
    2,
    ["feature/b", "feature/a"],
  ]);
  expect((await send("GET", "?limit=1&offset=1")).body).toMatchObject({ total: 2, items: [{ branch: "feature/a" }] });
  const { status, body: preview } = await send("GET", "/feature-a");
  expect([status, preview]).toMatchObject([
    200,
    {
      ...{ project_id: id, branch: "feature/a", branch_slug: "feature-a", image_ref: "app:1", ttl_hours: 24 },
      ...{ desired_status: "active", created_by: null, generation: 1, url: null, pipeline_id: null },
    },
  ]);
  expect(preview).toMatchObject({ expires_at: expect.any(String), failures: expect.any(Number) });
  expect(preview).not.toHaveProperty("claimed_by");
});

test.each([
  ["GET", "", undefined],
  ["GET", "/history", undefined],
  ["GET", "/logs", undefined],
  ["POST", "/extend", { hours: 1 }],
  ["DELETE", "", undefined],
])("%s %s answers 404 where there is none, and 400 for what is no slug", async (method, path, body) => {
  const { send } = await makeProject();
  expect(await send(method, `/nothing${path}`, body)).toMatchObject({ status: 404, body: { error: "preview" } });
  expect((await send(method, `/No%2FSlug${path}`, body)).status).toBe(400);
});

test("one is kept for longer or shorter from now on, without being deployed anew", async () => {
  const { send } = await makeProject("next");
  const hours = ({ expires_at }: { expires_at: string }) =>
    Math.round((Date.parse(expires_at) - Date.now()) / 3_600_000);
  expect(hours((await send("GET", "/next")).body)).toBe(24);
  const { status, body } = await send("POST", "/next/extend", { hours: 72 });
  expect([status, hours(body), body.generation]).toEqual([200, 72, 1]);
  expect(hours((await send("POST", "/next/extend", { hours: 2 })).body)).toBe(2);
  for (const wrong of [0, 721, 1.5, "1"]) {
    expect(await send("POST", "/next/extend", { hours: wrong })).toMatchObject({
      status: 400,
      body: { fields: [{ path: "hours" }] },
    });
  }
  const reader = await platform.token({ user: "admin", scopes: ["project:read"] });
  for (const [method, path, sent] of [
    ["POST", "/extend", { hours: 2 }],
    ["DELETE", "", undefined],
  ] as const) {
    const refused = { status: 403, body: { error: "forbidden", permission: "project:write" } };
    expect(await send(method, `/next${path}`, sent, reader)).toMatchObject(refused);
  }
});

test("one that is ended is gone for whoever asks, while its history stays", async () => {
  const { send, previews } = await makeProject("feature/a", "feature-a");
  const [first, second] = previews;
  await addSuccess(platform.db, first?.id ?? "");
  expect(await send("DELETE", "/feature-a")).toMatchObject({ status: 200, body: { ok: true } });
  for (const method of ["GET", "DELETE"]) expect((await send(method, "/feature-a")).status).toBe(404);
  expect((await send("GET")).body).toMatchObject({ total: 1, items: [{ branch_slug: second?.branch_slug }] });
  const { body } = await send("GET", "/feature-a/history");
  expect(body.items).toContainEqual(
    expect.objectContaining({ deployment_id: first?.id, status: "success", action: "deploy", image_ref: "app:1" }),
  );
});

test("what is done to them is in the audit log", async () => {
  const { id, send } = await makeProject("next");
  await send("POST", "/next/extend", { hours: 2 });
  await send("DELETE", "/next");
  const entries = platform.db.selectFrom("audit_log").where("project_id", "=", id).where("resource", "=", "preview");
  expect(await entries.select(["action", "before", "after"]).orderBy("id").execute()).toEqual([
    {
      action: "POST /api/projects/{project_id}/previews/{branch_slug}/extend",
      ...{ before: { expires_at: expect.any(String) }, after: { expires_at: expect.any(String) } },
    },
    {
      action: "DELETE /api/projects/{project_id}/previews/{branch_slug}",
      ...{ before: { branch: "next", branch_slug: "next", image_ref: "app:1" }, after: null },
    },
  ]);
});
