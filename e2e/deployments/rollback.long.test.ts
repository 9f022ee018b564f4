import { afterAll, beforeAll, expect, test } from "vitest";
import { visit } from "../../scripts/lib/demo/visit.ts";
import { type PushedPlatform, startPushedPlatform } from "../git-push/pushed-platform.ts";
import { DeployedProject, files } from "./deployed-project.ts";

let platform: PushedPlatform;
beforeAll(async () => {
  platform = await startPushedPlatform();
});
afterAll(() => platform?.[Symbol.asyncDispose]());

const production = "deployments/production";

test("rollbacks in a row go back through what ran, image by image and with its values, and then say that there is no more", async () => {
  await using project = await DeployedProject.create(platform, "steps-back");
  const now = () => project.production();
  const commits: string[] = [];
  let address = "";
  for (const number of [1, 2, 3, 4]) {
    const commit = await project.push("main", { ...files, "greeting.txt": `number ${number}` });
    await project.healthy(now, commit);
    await project.request("PATCH", production, { values_override: { number } });
    address = await project.healthy(now, commit);
    commits.push(commit);
  }
  // What does not run is not what is gone back to.
  const broken = await project.push("main", { Procfile: "web: exit 1\n" });
  await project.until(now, { commit_sha: broken, current_status: "failed" });
  expect((await visit(address)).body).toBe("number 4");

  for (const number of [4, 3, 2, 1]) {
    const commit = commits[number - 1];
    const answer = await project.request("POST", `${production}/rollback`);
    expect(answer).toMatchObject({ ok: true, image_ref: `git:${commit}` });
    expect(await project.healthy(now, commit ?? "")).toBe(address);
    expect(await now()).toMatchObject({ generation: answer.generation, values_override: { number } });
    expect((await visit(address)).body).toBe(`number ${number}`);
  }

  const before = await now();
  await expect(project.request("POST", `${production}/rollback`)).rejects.toThrow(
    /409 .*there is no earlier successful deployment of another image/,
  );
  expect(await now()).toEqual(before);
  expect((await project.history(production)).slice(0, 4)).toEqual(Array(4).fill("rollback success"));
  expect((await visit(address)).body).toBe("number 1");
}, 300_000);
