import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { processesWith } from "../lib/processes-with.ts";
import { DeployedProject, files } from "./deployed-project.ts";

let platform: PushedPlatform;
beforeAll(async () => {
  platform = await startPushedPlatform({ PLATFORM_MAX_PREVIEWS: "2" });
});
afterAll(() => platform?.[Symbol.asyncDispose]());

/** The processes that run a commit. */
const processesOf = (commit: string) => processesWith(`COMMIT_SHA=${commit}`);

describe("from a push to a URL, and to its end", () => {
  let project: DeployedProject;
  let production: string;
  let preview: string;
  let main: string;
  let second: string;
  beforeAll(async () => {
    project = await DeployedProject.create(platform, "Shop_1");
    main = await project.push("main", { ...files, "greeting.txt": "from main " });
    production = await project.healthy(() => project.production(), main);
    const topic = await project.push("Feature/Ü_1", { "greeting.txt": "from topic " });
    preview = await project.healthy(() => project.preview("feature-1"), topic);
  }, 120_000);
  afterAll(() => project?.[Symbol.asyncDispose]());

  test("the branch's preview answers with what the branch holds, production with what the default branch does", async () => {
    expect(production).toMatch(/^http:\/\/production\.shop-1\.localhost:\d+\/$/);
    expect(preview).toMatch(/^http:\/\/feature-1\.shop-1\.localhost:\d+\/$/);
    expect(await visit(preview)).toMatchObject({ status: 200, body: expect.stringMatching(/^from topic/) });
    expect(await visit(production)).toMatchObject({ status: 200, body: expect.stringMatching(/^from main/) });
    const environment = JSON.parse((await visit(`${preview}env`)).body);
    expect(environment).toMatchObject({ PLATFORM_ENVIRONMENT: "preview", BRANCH: "Feature/Ü_1" });
    expect(JSON.parse((await visit(`${production}env`)).body)).toMatchObject({
      ...{ PLATFORM_ENVIRONMENT: "production", PLATFORM_PROJECT_NAME: "Shop_1", COMMIT_SHA: main },
    });
  });

  test("a push updates it, under the same address, and keeps it longer", async () => {
    const before = await project.preview("feature-1");
    second = await project.push("Feature/Ü_1", { "greeting.txt": "from topic again " });
    expect(await project.healthy(() => project.preview("feature-1"), second)).toBe(preview);
    expect((await visit(preview)).body).toMatch(/^from topic again/);
    expect((await visit(production)).body).toMatch(/^from main/);
    const after = await project.preview("feature-1");
    expect(Date.parse(after.expires_at)).toBeGreaterThan(Date.parse(before.expires_at));
    expect(await project.history("previews/feature-1")).toEqual(["deploy success", "deploy success"]);
  });

  test("merging deploys production, and nothing of the preview is left but its history", async () => {
    expect(await processesOf(second)).not.toEqual([]);
    const wish = { source_branch: "Feature/Ü_1", target_branch: "main", title: "Merge it" };
    const { number } = await project.request("POST", "merge-requests", wish);
    const open = await project.request("GET", `merge-requests/${number}`);
    expect(open.preview_url).toBe(preview);
    const { merge_commit_sha } = await project.request("POST", `merge-requests/${number}/merge`, {});
    expect(await project.healthy(() => project.production(), merge_commit_sha)).toBe(production);
    expect((await visit(production)).body).toMatch(/^from topic again/);

    await expect(project.preview("feature-1")).rejects.toThrow("404");
    await project.answers(preview, 404);
    await expect.poll(() => processesOf(second), { timeout: 20_000 }).toEqual([]);
    const left = () =>
      platform.look(async (db) => {
        const rows = db.selectFrom("workloads").where("project_id", "=", project.id).where("kind", "=", "preview");
        return await rows.select("id").execute();
      });
    await expect.poll(left, { timeout: 20_000 }).toEqual([]);
    expect((await project.history("previews/feature-1"))[0]).toBe("stop success merged");
    expect(await project.history("previews/feature-1")).toHaveLength(3);
    expect(await project.history("deployments/production")).toEqual(["deploy success", "deploy success"]);
  });
});

describe("what goes wrong", () => {
  test("is said with the last lines of the log, is no end of what ran before, and is over with the next push", async () => {
    await using project = await DeployedProject.create(platform, "broken");
    const good = await project.push("main", { ...files, "greeting.txt": "one " });
    const url = await project.healthy(() => project.production(), good);
    const bad = await project.push("main", { "server.js": 'throw new Error("no such table: shop");\n' });
    const state = await project.until(() => project.production(), { commit_sha: bad, reason: "crash_loop" });
    expect(state.message).toContain("no such table: shop");
    expect(["failed", "degraded", "syncing"]).toContain(state.current_status);
    // What ran goes on until its successor is ready.
    expect((await visit(url)).body).toMatch(/^one /);
    const mended = await project.push("main", { ...files, "greeting.txt": "two " });
    await project.healthy(() => project.production(), mended);
    expect((await visit(url)).body).toMatch(/^two /);
    expect(await project.history("deployments/production")).toEqual(
      expect.arrayContaining(["deploy success", "deploy failure crash_loop"]),
    );
  });
});

describe("the end of a preview", () => {
  test("comes with its branch's, is asked for by hand, and makes room where there was none", async () => {
    await using project = await DeployedProject.create(platform, "many");
    await project.push("main", { ...files, "greeting.txt": "main " });
    const commits: string[] = [];
    for (const branch of ["a", "b"]) {
      commits.push(await project.push(branch, { "greeting.txt": `${branch} ` }));
      await project.healthy(() => project.preview(branch), commits.at(-1) ?? "");
    }
    await project.push("c", { "greeting.txt": "c " });
    await expect
      .poll(() => project.history("previews/c").catch(() => []), { timeout: 60_000, interval: 100 })
      .toEqual(["deploy failure limit"]);
    const { url } = await project.preview("a");
    await project.removeBranch("a");
    await project.answers(url ?? "", 404);
    await expect
      .poll(() => project.history("previews/a"), { timeout: 20_000 })
      .toEqual(["stop success branch_deleted", "deploy success"]);
    const again = await project.push("c", { "greeting.txt": "c again " });
    await project.healthy(() => project.preview("c"), again);

    await project.request("DELETE", "previews/b");
    await expect(project.preview("b")).rejects.toThrow("404");
    await expect
      .poll(async () => (await project.history("previews/b"))[0], { timeout: 20_000 })
      .toBe("stop success deleted");
    const recreated = await project.push("b", { "greeting.txt": "b again " });
    const there = await project.healthy(() => project.preview("b"), recreated);
    expect((await visit(there)).body).toMatch(/^b again/);
  });
});

test("what a platform that is killed ran ends with it, and runs again, at the same address, when it is back", async () => {
  await using project = await DeployedProject.create(platform, "killed");
  const first = await project.push("main", { ...files, "greeting.txt": "first " });
  const url = await project.healthy(() => project.production(), first);
  await platform.served.killPlatform();
  await expect.poll(() => processesOf(first), { timeout: 60_000 }).toEqual([]);
  await platform.served.start();
  await project.answers(url, 200);
  expect((await visit(url)).body).toMatch(/^first /);
  await project.healthy(() => project.production(), first);
});
