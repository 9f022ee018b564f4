import { pino } from "pino";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { findCaller } from "../../access/tokens.ts";
import { recordRefUpdates } from "../../git/refs/record-ref-updates.ts";
import { WorkTree } from "../../git/testing/work-tree.ts";
import { Comparisons } from "../comparison/comparisons.ts";
import { Stage } from "../testing/scene.ts";
import { merge } from "./merge.ts";

vi.setConfig({ testTimeout: 120_000 });

let stage: Stage;
beforeAll(async () => {
  stage = await Stage.create();
});
afterAll(() => stage.close());

test("20 merges into one branch at once all land, each once", async () => {
  const scene = await stage.scene();
  const numbers: number[] = [];
  for (let index = 0; index < 20; index++) {
    scene.branch(`topic-${index}`);
    numbers.push(await scene.open(`topic-${index}`));
  }
  const methods = ["merge", "squash"];
  const answers = await Promise.all(numbers.map((number) => scene.merge(number, { method: methods[number % 2] })));
  expect(answers.map(({ status, body }) => body.error ?? status)).toEqual(numbers.map(() => 200));
  expect(scene.git("ls-tree", "--name-only", "main").split("\n")).toHaveLength(21);
  // Each merge has its own commit on the branch, one after the other.
  const line = scene.git("rev-list", "--first-parent", "main").split("\n");
  expect(new Set(answers.map(({ body }) => body.merge_commit_sha))).toEqual(new Set(line.slice(0, 20)));
  const updates = await stage.platform.db
    .selectFrom("ref_updates")
    .where("project_id", "=", scene.id)
    .where("ref", "=", "refs/heads/main")
    .orderBy("id")
    .select(["old_sha", "new_sha"])
    .execute();
  expect(updates.slice(-20).map(({ new_sha }) => new_sha)).toEqual(line.slice(0, 20).reverse());
});

test("platforms that do not know of each other's turns merge beside one another", async () => {
  const scene = await stage.scene();
  const { db, repositories } = stage.platform;
  const caller = await findCaller(db, stage.admin);
  if (caller === undefined) throw new Error("the token must work");
  const repository = repositories.of(scene.id);
  const options = { db, logger: pino({ level: "silent" }), minimumLockAge: 0 };
  const body = { method: "squash", delete_source_branch: false } as const;
  const origin = { ip: null, requestId: "r" };
  const { compare } = new Comparisons();
  const merging: Promise<unknown>[] = [];
  const numbers: number[] = [];
  for (let index = 0; index < 6; index++) {
    scene.branch(`topic-${index}`);
    numbers.push(await scene.open(`topic-${index}`));
  }
  for (const number of [...numbers, ...numbers]) {
    const wish = { repository, projectId: scene.id, number, caller, origin, body, look: compare };
    merging.push(merge(options, wish).catch((error: unknown) => String(error)));
  }
  const answers = await Promise.all(merging);
  // Of the two who merge the same, one has done it; or both: in the same second they make the same commit.
  const refusals = answers.filter((answer) => /Problem/.test(String(answer)));
  expect(refusals.length).toBeLessThanOrEqual(6);
  for (const refusal of refusals) expect(refusal).toMatch(/^Problem: merge request \d has been merged already/);
  await db.transaction().execute((tx) => recordRefUpdates(tx, repository, scene.id));
  for (const number of numbers) expect((await scene.get(number)).status).toBe("merged");
  expect(scene.git("rev-list", "--count", "main")).toBe("7");
});

test("one merge request that many merge at once is merged once, and the others are told", async () => {
  const scene = await stage.scene();
  scene.branch("topic");
  const number = await scene.open("topic");
  const answers = await Promise.all(Array.from({ length: 8 }, () => scene.merge(number)));
  const merged = answers.filter(({ status }) => status === 200);
  expect(merged).toHaveLength(1);
  const others = answers.filter(({ status }) => status !== 200).map(({ body }) => body.error);
  expect(new Set(others)).toEqual(
    new Set([`merge request ${number} has been merged already, as ${scene.tip("main")}`]),
  );
  expect(scene.git("rev-list", "--count", "--first-parent", "main")).toBe("2");
});

test("merges land while the target branch is pushed to all the time", async () => {
  const scene = await stage.scene();
  const numbers: number[] = [];
  for (let index = 0; index < 8; index++) {
    scene.branch(`topic-${index}`);
    numbers.push(await scene.open(`topic-${index}`));
  }
  using tree = await WorkTree.create();
  const remote = stage.platform.url
    .replace("http://", `http://admin:${stage.admin}@`)
    .concat(`/admin/${scene.name}.git`);
  await tree.git("remote", "add", "origin", remote);
  let merging = true;
  let pushed = 0;
  const push = async () => {
    while (merging) {
      await tree.git("fetch", "--quiet", "origin", "main");
      await tree.git("reset", "--quiet", "--hard", "origin/main");
      await tree.commit(`${pushed}\n`, "pushed");
      if ((await tree.try("push", "origin", "HEAD:main")).ok) pushed++;
    }
  };
  const pushing = push();
  const answers = await Promise.all(numbers.map((number) => scene.merge(number)));
  merging = false;
  await pushing;
  expect(answers.map(({ status, body }) => body.error ?? status)).toEqual(numbers.map(() => 200));
  for (const { body } of answers) scene.git("merge-base", "--is-ancestor", body.merge_commit_sha, "main");
});
