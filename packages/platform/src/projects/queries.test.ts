import { permissions } from "@platform-mcp/client/contract";
import { afterAll, beforeAll, expect, test } from "vitest";
import { permissionsOn } from "../access/authorise.ts";
import { findCaller } from "../access/tokens.ts";
import { startTestPlatform, type TestPlatform } from "../testing/test-platform.ts";
import { findProject, listReadableProjects } from "./queries.ts";

let platform: TestPlatform;
const projectIds: string[] = [];
const everything = { limit: 100, offset: 0 };

beforeAll(async () => {
  platform = await startTestPlatform();
  await platform.addUser("olive");
  for (const owner of ["admin", "olive"]) {
    for (const visibility of ["private", "internal", "public"] as const) {
      projectIds.push(await platform.addProject(owner, `${owner}-${visibility}`, visibility));
    }
  }
});
afterAll(() => platform.close());

test("the list holds exactly the projects that the permission rule lets each caller read", async () => {
  const [first = "", second = ""] = projectIds;
  await platform.addUser("nobody");
  await platform.addUser("everywhere", [{ role: "viewer" }]);
  await platform.addUser("somewhere", [{ role: "developer", project: first }]);
  await platform.addUser("operator", [{ role: "ops" }]);
  const scopes = [[], ["*"], ["project:read"], ["project:read", "deploy:read"], ["deploy:read"], [...permissions]];
  for (const user of ["admin", "olive", "nobody", "everywhere", "somewhere", "operator"]) {
    for (const tokenScopes of scopes) {
      for (const project of [undefined, first, second]) {
        const options = { user, scopes: tokenScopes, ...(project !== undefined && { project }) };
        const caller = await findCaller(platform.db, await platform.token(options));
        if (caller === undefined) throw new Error("the token must work");
        const expected: string[] = [];
        for (const id of projectIds) {
          const row = await findProject(platform.db, id);
          if (row && (await permissionsOn(platform.db, caller, row)).has("project:read")) expected.push(id);
        }
        const { items, total } = await listReadableProjects(platform.db, caller, everything);
        expect(items.map(({ id }) => id).sort(), JSON.stringify(options)).toEqual(expected.sort());
        expect(total).toBe(expected.length);
      }
    }
  }
});

test("search looks for the text itself, in any case, and not for a pattern", async () => {
  const token = await platform.token({ user: "admin" });
  const search = async (text: string) => {
    const response = await platform.request(`/api/projects?search=${encodeURIComponent(text)}`, token);
    const { items }: { items: { name: string }[] } = JSON.parse(await response.text());
    return items.map(({ name }) => name).sort();
  };
  expect(await search("OLIVE-P")).toEqual(["olive-private", "olive-public"]);
  expect(await search("olive%")).toEqual([]);
  expect(await search("olive_p")).toEqual([]);
  expect(await search("\\")).toEqual([]);
});

test("pages are disjoint, whole, and newest first", async () => {
  const token = await platform.token({ user: "admin" });
  const page = async (query: string): Promise<{ items: { id: string; created_at: string }[]; total: number }> =>
    JSON.parse(await (await platform.request(`/api/projects?${query}`, token)).text());
  const whole = await page("");
  const pieces = [await page("limit=4"), await page("limit=4&offset=4")];
  expect(pieces.flatMap(({ items }) => items)).toEqual(whole.items);
  expect(whole.items.map(({ created_at }) => created_at)).toEqual(
    whole.items
      .map(({ created_at }) => created_at)
      .sort()
      .reverse(),
  );
  expect(await page("limit=0")).toEqual({ items: [], total: whole.total });
  expect((await page("limit=100000")).items).toHaveLength(whole.total);
});
