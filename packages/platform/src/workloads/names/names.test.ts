import { pathParameters } from "@platform-mcp/client/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Queryable } from "../../db/queryable.ts";
import { startTestPlatform, type TestPlatform } from "../../testing/test-platform.ts";
import { createWorkload } from "../create-workload.ts";
import { removeWorkload } from "../testing/remove-workload.ts";
import { rolledBack } from "../testing/rolled-back.ts";
import { hostNameOf } from "./host-name.ts";
import { namespaceOf } from "./namespace.ts";
import { projectLabel } from "./project-label.ts";

let platform: TestPlatform;
let admin: string;
beforeAll(async () => {
  platform = await startTestPlatform();
  admin = await platform.idOf("users", "admin");
});
afterAll(() => platform.close());

async function addProject(db: Queryable, name: string): Promise<string> {
  const row = { owner_id: admin, name, visibility: "private" } as const;
  return (await db.insertInto("projects").values(row).returning("id").executeTakeFirstOrThrow()).id;
}

const wanted = { image_ref: "registry.test/app:1", created_by: null };

/** Makes a preview of a branch, and gives its row and its names. */
async function addPreview(db: Queryable, projectId: string, branch: string) {
  const place = { branch, ttlHours: 24 };
  const { workload } = await createWorkload(db, { ...wanted, projectId, place });
  const project = await projectLabel(db, projectId);
  const { id, label, branch_slug: slug } = workload;
  const host = hostNameOf({ label, projectLabel: project }, "apps.test");
  return { id, slug, label, host, namespace: namespaceOf("platform-app", project, label) };
}

test("two branches with one slug are told apart, and a branch that is made again has its own name again", async () => {
  await rolledBack(platform.db, async (db) => {
    const project = await addProject(db, "shop");
    const first = await addPreview(db, project, "feature/a");
    const second = await addPreview(db, project, "feature-a");
    expect([first.slug, second.slug]).toEqual(["feature-a", expect.stringMatching(/^feature-a-[0-9a-f]{6}$/)]);
    expect([first.host, second.host]).toEqual(["feature-a.shop.apps.test", `${second.slug}.shop.apps.test`]);
    expect(first.namespace).toBe("platform-app-shop--feature-a");

    await removeWorkload(db, first.id);
    // The address of a branch that is gone does not come to show another.
    const third = await addPreview(db, project, "Feature/A");
    expect(third.slug).toMatch(/^feature-a-[0-9a-f]{6}$/);
    expect(third.slug).not.toBe(second.slug);
    await removeWorkload(db, second.id);
    expect(await addPreview(db, project, "feature-a")).toEqual({ ...second, id: expect.any(String) });
    expect(await addPreview(db, project, "feature/a")).toEqual({ ...first, id: expect.any(String) });
    // In another project nobody has any name yet.
    expect((await addPreview(db, await addProject(db, "shop2"), "feature-a")).slug).toBe("feature-a");
  });
});

test("a branch with the name of an environment has another name in addresses than its deployment", async () => {
  await rolledBack(platform.db, async (db) => {
    const project = await addProject(db, "shop");
    const place = { environment: "production" } as const;
    const { workload: production } = await createWorkload(db, { ...wanted, projectId: project, place });
    expect(production.label).toBe("production");
    expect(await addPreview(db, project, "production")).toMatchObject({
      slug: "production",
      label: "production-branch",
    });
    const other = await addPreview(db, project, "production-branch");
    expect(other.slug).toMatch(/^production-branch-[0-9a-f]{6}$/);
    expect(await addPreview(db, project, "!!!")).toMatchObject({ slug: "preview", label: "preview-branch" });
    expect((await addPreview(db, project, "---")).label).toMatch(/^preview-[0-9a-f]{6}$/);
  });
});

test("projects of one name have different labels, of at most 40 characters, which they keep", async () => {
  await rolledBack(platform.db, async (db) => {
    const label = async (name: string) => projectLabel(db, await addProject(db, name));
    const first = await addProject(db, "Web.Shop_2");
    expect(await projectLabel(db, first)).toBe("web-shop-2");
    expect(await label("web-shop-2")).toMatch(/^web-shop-2-[0-9a-f]{6}$/);
    expect(await label("日本語")).toBe("project");
    expect(await label("x".repeat(255))).toBe("x".repeat(40));
    expect(await label(`${"x".repeat(254)}y`)).toMatch(/^x{33}-[0-9a-f]{6}$/);

    await db.updateTable("projects").set({ name: "renamed" }).where("id", "=", first).execute();
    expect(await projectLabel(db, first)).toBe("web-shop-2");
    const preview = await addPreview(db, first, "a");
    await db.updateTable("projects").set({ is_active: false }).where("id", "=", first).execute();
    // As long as something runs under it, the label of a deleted project is not free.
    expect(await label("web-shop.2")).toMatch(/^web-shop-2-[0-9a-f]{6}$/);
    await removeWorkload(db, preview.id);
    expect(await label("web.shop.2")).toBe("web-shop-2");
  });
});

test("labels as long as they may be fit into names of 63 characters, and stay different", async () => {
  await rolledBack(platform.db, async (db) => {
    const project = await addProject(db, "p".repeat(100));
    const long = "b".repeat(80);
    const names = [];
    for (const branch of [long, `${long}c`, `${long}/d`]) names.push(await addPreview(db, project, branch));
    for (const { slug, namespace } of names) expect([slug?.length, namespace.length]).toEqual([63, 63]);
    expect(new Set(names.map(({ namespace }) => namespace)).size).toBe(3);
    expect(new Set(names.map(({ host }) => host)).size).toBe(3);
    expect(namespaceOf("platform-app", "p".repeat(40))).toBe(`platform-app-${"p".repeat(40)}`);
  });
});

const letters = fc.constantFrom(
  "a",
  "A",
  "b",
  "1",
  "-",
  "--",
  "/",
  ".",
  "_",
  "é",
  "日",
  " ",
  "\u{1d11e}",
  "x".repeat(40),
);
const branchName = fc.oneof(
  fc.array(letters, { minLength: 1, maxLength: 6 }).map((parts) => parts.join("")),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 100 }).filter((text) => !text.includes("\0")),
  fc.constantFrom("preview", "staging", "production", "preview-branch", "Production", "staging-branch"),
);
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

test("any branch's name gives a valid namespace and host name, always the same, and no other branch's", async () => {
  const names = fc.uniqueArray(branchName, { minLength: 1, maxLength: 8 });
  const property = fc.asyncProperty(
    names,
    fc.string({ minLength: 1, maxLength: 80 }),
    async (branches, projectName) => {
      await rolledBack(platform.db, async (db) => {
        const project = await addProject(db, projectName.replaceAll("\0", "-"));
        const made = [];
        for (const branch of branches) made.push(await addPreview(db, project, branch));
        for (const { slug, host, namespace } of made) {
          expect(pathParameters.branch_slug.safeParse(slug).success).toBe(true);
          expect(namespace).toMatch(label);
          for (const part of host.split(".")) expect(part).toMatch(label);
          expect(host.length).toBeLessThanOrEqual(253);
        }
        expect(new Set(made.map(({ slug }) => slug)).size).toBe(branches.length);
        expect(new Set(made.map(({ host }) => host)).size).toBe(branches.length);
        expect(new Set(made.map(({ namespace }) => namespace)).size).toBe(branches.length);

        for (const { id } of made) await removeWorkload(db, id);
        const again = [];
        for (const branch of branches.toReversed()) again.unshift(await addPreview(db, project, branch));
        expect(again.map(({ host, namespace }) => [host, namespace])).toEqual(
          made.map(({ host, namespace }) => [host, namespace]),
        );
      });
    },
  );
  await fc.assert(property, { numRuns: 30 });
});
