import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { GitError } from "../../git/git-error.ts";
import { WorkTree } from "../../git/testing/work-tree.ts";
import { DefinitionError } from "./definition-error.ts";
import { readDefinition } from "./read-definition.ts";

let tree: WorkTree;
beforeAll(async () => {
  tree = await WorkTree.create();
});
afterAll(() => tree[Symbol.dispose]());

const read = (commit: string) => readDefinition({ path: join(tree.path, ".git") }, commit);
const commit = (content: string | Buffer) => tree.commit(content, ".platform.yaml");

test("a commit's definition is read from the commit, whatever came after it", async () => {
  const none = await tree.git("rev-parse", "HEAD");
  const first = await commit("pipeline: { steps: [{ name: ß, image: node }] }\n");
  await commit("pipeline: { steps: [{ name: later, image: node }] }");
  expect(await read(none)).toBeUndefined();
  expect((await read(first))?.steps[0]?.name).toBe("ß");
});

test.each<[string, string | Buffer, RegExp]>([
  ["empty", "", /line 1: there is no 'pipeline'/],
  ["not YAML", "pipeline: [", /line 1: this is not valid YAML/],
  ["not UTF-8", Buffer.from([0xc3, 0x28]), /line 1: the file is not UTF-8/],
  ["2 MB", "#".repeat(2_000_000), /line 1: the file is larger than 256 KiB/],
  ["larger in bytes than in characters", "# ß\n".repeat(60_000), /line 1: the file is larger than 256 KiB/],
])("a file that is %s is refused", async (_, content, message) => {
  const reading = read(await commit(content));
  await expect(reading).rejects.toThrow(DefinitionError);
  await expect(reading).rejects.toThrow(message);
});

test("a directory of that name is no definition", async () => {
  rmSync(join(tree.path, ".platform.yaml"));
  mkdirSync(join(tree.path, ".platform.yaml"));
  expect(await read(await tree.commit("x", ".platform.yaml/file"))).toBeUndefined();
});

test("a repository that cannot be read is no commit without a definition", async () => {
  await expect(readDefinition({ path: join(tree.path, "nothing") }, "0".repeat(40))).rejects.toThrow(GitError);
});
