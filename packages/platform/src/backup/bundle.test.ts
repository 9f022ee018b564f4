import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { afterEach, beforeEach, expect, test } from "vitest";
import { importRepository } from "../git/import-repository.ts";
import { initRepository } from "../git/init-repository.ts";
import { plainGit } from "../git/testing/plain-git.ts";
import { SampleRepository } from "../git/testing/sample-repository.ts";
import { readBundle } from "./read-bundle.ts";
import { repositoryState, writeBundle } from "./write-bundle.ts";

const { signal } = new AbortController();
let directory: string;
let sample: SampleRepository;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "bundle-"));
  sample = new SampleRepository();
});
afterEach(async () => {
  sample.remove();
  await rm(directory, { recursive: true, force: true });
});

/** Writes a repository's bundle and makes another repository from it. */
async function copy(source: string): Promise<string> {
  const state = await repositoryState({ path: source }, signal);
  if (state === undefined) throw new Error("no repository");
  const bundle = join(directory, "it.bundle");
  await writeFile(bundle, writeBundle({ path: source }, state, signal));
  const path = join(directory, "copy.git");
  const defaultBranch = state.head?.slice("refs/heads/".length) ?? "main";
  // In small pieces: nothing may depend on how a stream is cut.
  const pieces = Readable.from(piecesOf(await readFile(bundle), 100));
  await readBundle(pieces, { path, defaultBranch, shallow: state.shallow }, signal);
  expect(plainGit(path, "for-each-ref")).toBe(plainGit(source, "for-each-ref"));
  expect(plainGit(path, "symbolic-ref", "HEAD")).toBe(plainGit(source, "symbolic-ref", "HEAD"));
  plainGit(path, "fsck", "--full", "--strict", "--connectivity-only");
  return path;
}

function* piecesOf(bytes: Buffer, size: number) {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

test("branches, tags, hidden refs and refs to any kind of object come back, and plain git can clone the bundle", async () => {
  const first = sample.commit({ files: { "a.txt": "a\n", "d/ü": Buffer.from([0, 255]) } });
  sample.commit({ branch: "größe/x", files: { "b.txt": "b\n" } });
  sample.git("tag", "-a", "-m", "a release", "v1", first);
  sample.git("update-ref", "refs/agent-wip/7", sample.commit({ branch: "wip" }));
  sample.git("branch", "-D", "wip");
  sample.git("update-ref", "refs/odd/tree", `${first}^{tree}`);
  sample.git("update-ref", "refs/odd/blob", sample.git("rev-parse", `${first}:a.txt`));
  await copy(sample.path);
  plainGit(directory, "clone", "--quiet", "it.bundle", "clone");
  expect(await readFile(join(directory, "clone", "a.txt"), "utf8")).toBe("a\n");
});

test("a repository without a commit comes back with its default branch", async () => {
  const empty = join(directory, "empty.git");
  await initRepository(empty, "trunk");
  await copy(empty);
});

test("a shallow history stays as deep as it was", async () => {
  for (const text of ["1", "2", "3"]) sample.commit({ files: { "a.txt": text } });
  const checkout = join(directory, "checkout");
  plainGit(directory, "clone", "--quiet", "--depth=2", `file://${sample.path}`, checkout);
  const shallow = join(directory, "shallow.git");
  await importRepository({ source: checkout, destination: shallow });
  expect(plainGit(await copy(shallow), "rev-list", "--count", "HEAD")).toBe("2");
});

test("a repository that lacks an object is not backed up as if it were whole", async () => {
  const tip = sample.commit({ files: { "a.txt": "a\n" } });
  sample.git("update-ref", "refs/heads/main", tip);
  await rm(join(sample.path, "objects"), { recursive: true });
  plainGit(directory, "init", "--quiet", "--bare", sample.path);
  await expect(copy(sample.path)).rejects.toThrow("pack-objects");
});

test("where there is no repository there is no state", async () => {
  expect(await repositoryState({ path: join(directory, "nothing") }, signal)).toBeUndefined();
});
