import { writeFile } from "node:fs/promises";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { findCaller } from "../../access/tokens.ts";
import { recordRefUpdates } from "../../git/refs/record-ref-updates.ts";
import { updateRefs } from "../../git/refs/update-refs.ts";
import { reconcileAll, reconcileAnnounced } from "../../git/upkeep/reconcile.ts";
import { Comparisons } from "../comparison/comparisons.ts";
import { lockMergeRequest } from "../queries.ts";
import { type Scene, Stage } from "../testing/scene.ts";
import { propose } from "./propose.ts";

let stage: Stage;
let developer: string;
beforeAll(async () => {
  stage = await Stage.create();
  developer = await stage.user("developer", "developer");
});
afterAll(() => stage.close());

type Method = "merge" | "fast_forward" | "squash";

/** The developer's merge, up to where it is announced; the rest is for the test to do, or not. */
async function announced(scene: Scene, number: number, method: Method = "merge") {
  const { db, repositories } = stage.platform;
  const caller = await findCaller(db, developer);
  if (caller === undefined) throw new Error("the token must work");
  const repository = repositories.of(scene.id);
  const origin = { ip: null, requestId: "r" };
  const { compare } = new Comparisons();
  const body = { method, delete_source_branch: false };
  const wish = { repository, projectId: scene.id, number, caller, origin, body, look: compare };
  const proposal = await db.transaction().execute(async (tx) => {
    await recordRefUpdates(tx, repository, scene.id);
    return await propose(tx, wish, new Set());
  });
  if (typeof proposal === "string") throw new Error(`nothing has ${proposal} yet`);
  return { ...proposal, land: () => updateRefs(repository, proposal.commands) };
}

/** What a platform does when it starts. */
async function restart(): Promise<void> {
  const { db, repositories } = stage.platform;
  await reconcileAnnounced({ db, repositories, minimumLockAge: 0 }, 0);
}

const merges = (scene: Scene) => scene.git("rev-list", "--count", "--first-parent", "main");

describe("a platform that dies while it merges", () => {
  test.each<Method>(["merge", "fast_forward", "squash"])(
    "before the branch has moved leaves the merge request open, to be merged by %s again",
    async (method) => {
      const scene = await stage.scene();
      scene.branch("topic");
      const number = await scene.open("topic");
      await announced(scene, number, method);
      await restart();
      expect(await scene.get(number)).toMatchObject({ status: "open", merge_status: "mergeable", merged_by: null });
      expect((await scene.merge(number, { method })).body).toMatchObject({ status: "merged", merged_by_name: "admin" });
      expect(merges(scene)).toBe("2");
    },
  );

  test.each<Method>(["merge", "fast_forward", "squash"])(
    "after the branch has moved has merged it by %s, whoever finds out",
    async (method) => {
      const scene = await stage.scene();
      await stage.platform.send("POST", `/api/projects/${scene.id}/issues`, stage.admin, { title: "To be closed" });
      const head = scene.branch("topic");
      const number = await scene.open("topic", { body: "Closes #1" });
      const merge = await announced(scene, number, method);
      await merge.land();
      // A push that comes before anybody has looked is no part of what was merged.
      const moved = scene.commit("topic", { later: "x" });
      await restart();
      expect(await scene.get(number)).toMatchObject({
        status: "merged",
        merged_by_name: "developer",
        merge_commit_sha: merge.newSha,
        head_sha: head,
      });
      expect(scene.tip("topic")).toBe(moved);
      const issue = await stage.platform.send("GET", `/api/projects/${scene.id}/issues/1`, stage.admin);
      expect(issue.body.status).toBe("closed");
      const again = await scene.merge(number, { method });
      expect([again.status, again.body.error]).toEqual([
        409,
        `merge request ${number} has been merged already, as ${merge.newSha}`,
      ]);
      const entries = await stage.platform.db
        .selectFrom("audit_log")
        .where("project_id", "=", scene.id)
        .where("action", "=", "merge")
        .select(["actor_name", "resource"])
        .orderBy("id")
        .execute();
      expect(entries.map(({ actor_name, resource }) => `${actor_name} ${resource}`)).toEqual([
        "developer repository",
        "developer merge_request",
        "developer issue",
      ]);
    },
  );

  test("is found out by the next merge, push or merge request as well as by a restart", async () => {
    const scene = await stage.scene();
    for (const name of ["a", "b", "c"]) scene.branch(name);
    const [a, b] = [await scene.open("a"), await scene.open("b")];
    const first = await announced(scene, a);
    await first.land();
    expect((await scene.merge(a)).body.error).toContain(first.newSha);
    expect((await scene.get(a)).status).toBe("merged");
    await (await announced(scene, b, "squash")).land();
    await scene.open("c");
    expect((await scene.get(b)).status).toBe("merged");
  });

  test("or that another platform carries out while it is decided upon again is not made twice", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const number = await scene.open("topic");
    const merge = await announced(scene, number, "squash");
    const { db } = stage.platform;
    let again: ReturnType<Scene["merge"]> | undefined;
    await db.transaction().execute(async (tx) => {
      await lockMergeRequest(tx, scene.id, number);
      again = scene.merge(number, { method: "squash" });
      const waiting = sql<{ n: number }>`select count(*) as n from pg_locks where not granted`;
      // By now it has read what the branches are.
      await vi.waitFor(async () => expect((await waiting.execute(db)).rows[0]?.n).toBe(1));
      await merge.land();
    });
    expect((await again)?.body.error).toBe(`merge request ${number} has been merged already, as ${merge.newSha}`);
    expect(merges(scene)).toBe("2");
  });

  test("and of which nobody knows any more what it announced has merged it all the same", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const number = await scene.open("topic");
    const merge = await announced(scene, number, "squash");
    await merge.land();
    const { db, repositories } = stage.platform;
    await db.deleteFrom("announced_ref_updates").where("project_id", "=", scene.id).execute();
    scene.git("update-ref", "refs/heads/main", scene.git("commit-tree", "main^{tree}", "-p", "main", "-m", "on top"));
    await reconcileAll({ db, repositories, minimumLockAge: 0 });
    expect(await scene.get(number)).toMatchObject({
      status: "merged",
      merged_by_name: "developer",
      merge_commit_sha: merge.newSha,
    });
  });

  test("has merged also what somebody closes before they know", async () => {
    const scene = await stage.scene();
    scene.branch("topic");
    const number = await scene.open("topic");
    await (await announced(scene, number, "squash")).land();
    await stage.platform.db
      .updateTable("merge_requests")
      .set({ status: "closed" })
      .where("project_id", "=", scene.id)
      .execute();
    await restart();
    expect((await scene.get(number)).status).toBe("merged");
  });
});

test("of two attempts at one merge request the first to move the branch wins, and the other can do nothing", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  const late = await announced(scene, number, "squash");
  const other = await announced(scene, number, "squash");
  await late.land();
  await expect(other.land()).rejects.toThrow("cannot lock ref");
  await restart();
  expect((await scene.get(number)).merge_commit_sha).toBe(late.newSha);
  expect(merges(scene)).toBe("2");
});

test("a merge whose source has moved since it was decided on does not land", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  const main = scene.tip("main");
  const merge = await announced(scene, number);
  scene.commit("topic", { sneaked: "in" });
  await expect(merge.land()).rejects.toThrow("cannot lock ref");
  expect(scene.tip("main")).toBe(main);
  scene.git("update-ref", "-d", "refs/heads/topic");
  await expect(merge.land()).rejects.toThrow("cannot lock ref");
  expect(scene.tip("main")).toBe(main);
});

test("a lock that a killed git has left is in no merge's way", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  await writeFile(`${scene.path}/refs/heads/main.lock`, "");
  expect((await scene.merge(number)).status).toBe(200);
});
