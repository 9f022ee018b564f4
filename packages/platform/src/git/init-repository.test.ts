import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { initRepository } from "./init-repository.ts";
import { plainGit } from "./testing/plain-git.ts";

const directory = mkdtempSync(join(tmpdir(), "platform-init-"));
afterAll(() => rmSync(directory, { recursive: true }));

test("a new repository is bare, without hooks, and its HEAD is the default branch", async () => {
  const path = join(directory, "new", "repository.git");
  await initRepository(path, "trunk/ünïcode");
  expect(plainGit(path, "symbolic-ref", "HEAD")).toBe("refs/heads/trunk/ünïcode");
  expect(plainGit(path, "rev-parse", "--is-bare-repository")).toBe("true");
  expect(plainGit(path, "fsck")).toBe("");
  expect(existsSync(join(path, "hooks"))).toBe(false);
  expect(plainGit(path, "config", "gc.auto")).toBe("0");
  expect(plainGit(path, "config", "uploadpack.hideRefs")).toBe("refs/agent-wip");
  expect(readdirSync(join(directory, "new"))).toEqual(["repository.git"]);
});

test("a name that no branch can have, and a place that is taken, are refused", async () => {
  await expect(initRepository(join(directory, "bad"), "bad..name")).rejects.toMatchObject({ status: 400 });
  await expect(initRepository(directory, "main")).rejects.toMatchObject({ code: "EEXIST" });
  expect(readdirSync(directory).filter((name) => name.startsWith("."))).toEqual([]);
});
