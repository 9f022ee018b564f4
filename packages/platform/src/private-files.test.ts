import { chmod, mkdir, mkdtemp, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { makePrivate } from "./private-files.ts";

let data: string;
beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), "private-"));
});
afterEach(() => rm(data, { recursive: true, force: true }));

const modeOf = async (name: string) => (await stat(join(data, name))).mode & 0o777;

test("secrets that others can read become private, and are named", async () => {
  await mkdir(join(data, "postgres"));
  await mkdir(join(data, "repositories"));
  for (const name of ["admin.env", "agent.env", "postgres/password", "platform.log"]) {
    await writeFile(join(data, name), "s3cret");
  }
  await chmod(join(data, "admin.env"), 0o640);
  await chmod(join(data, "agent.env"), 0o600);
  await chmod(join(data, "postgres/password"), 0o604);
  await chmod(join(data, "repositories"), 0o755);
  expect(await makePrivate(data)).toEqual(
    ["admin.env", "postgres/password", "repositories"].map((name) => ({ path: join(data, name), failure: undefined })),
  );
  expect(await Promise.all(["admin.env", "agent.env", "postgres/password"].map(modeOf))).toEqual([0o600, 0o600, 0o600]);
  expect(await modeOf("repositories")).toBe(0o700);
  expect(await makePrivate(data)).toEqual([]);
});

test("what is not there, or a link to somewhere else, is left alone", async () => {
  await writeFile(join(data, "elsewhere"), "");
  await chmod(join(data, "elsewhere"), 0o644);
  await symlink(join(data, "elsewhere"), join(data, "admin.env"));
  expect(await makePrivate(data)).toEqual([]);
  expect(await makePrivate(join(data, "nothing"))).toEqual([]);
  expect(await modeOf("elsewhere")).toBe(0o644);
});
