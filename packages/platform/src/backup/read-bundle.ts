import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { type GitOptions, readGit, startGit } from "../git/git.ts";
import { GitError } from "../git/git-error.ts";
import { createRepository } from "../git/init-repository.ts";
import type { Ref } from "./write-bundle.ts";

export interface NewRepository {
  readonly path: string;
  /** The branch that HEAD is to name. */
  readonly defaultBranch: string;
  readonly shallow: readonly string[];
}

/** Makes a repository from a bundle, with every ref that the bundle names. A crash leaves it half-made. */
export async function readBundle(
  bundle: AsyncIterable<Buffer>,
  { path, defaultBranch, shallow }: NewRepository,
  signal: AbortSignal,
): Promise<void> {
  await createRepository(path, defaultBranch);
  if (shallow.length > 0) await writeFile(join(path, "shallow"), shallow.map((sha) => `${sha}\n`).join(""));
  const options: GitOptions = { repository: { path }, signal, timeout: Number.POSITIVE_INFINITY };
  const { refs, pack } = await splitBundle(bundle);
  await indexPack(pack, options);
  const commands = refs.filter(({ name }) => name !== "HEAD").map(({ sha, name }) => `create ${name} ${sha}\n`);
  await readGit(["update-ref", "--stdin"], { ...options, input: commands.join("") });
  await readGit(["pack-refs", "--all"], options);
  await readGit(["commit-graph", "write", "--reachable", "--no-progress"], options);
}

/** A bundle is lines of text up to an empty one, and a pack. */
async function splitBundle(bundle: AsyncIterable<Buffer>): Promise<{ refs: Ref[]; pack: AsyncIterable<Buffer> }> {
  const chunks = bundle[Symbol.asyncIterator]();
  let head = Buffer.alloc(0);
  let end = -1;
  while (end === -1) {
    const { done, value } = await chunks.next();
    if (done === true) throw new Error("a bundle ends before its pack");
    head = Buffer.concat([head, value]);
    end = head.indexOf("\n\n");
  }
  const [signature, ...lines] = head.toString("utf8", 0, end).split("\n");
  if (signature !== "# v2 git bundle") throw new Error("a bundle of another version");
  async function* pack() {
    yield head.subarray(end + 2);
    yield* { [Symbol.asyncIterator]: () => chunks };
  }
  return { refs: lines.map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) })), pack: pack() };
}

async function indexPack(pack: AsyncIterable<Buffer>, options: GitOptions): Promise<void> {
  const git = startGit(["index-pack", "--stdin"], options);
  git.stdout.resume();
  // Git that ends early says why by its exit code.
  await pipeline(Readable.from(pack), git.stdin).catch(() => {});
  const { code, stderr } = await git.ended;
  if (code !== 0) throw new GitError("index-pack", code, stderr);
}
