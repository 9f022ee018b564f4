import { join } from "node:path";
import { readIfPresent } from "../db/embedded/files.ts";
import { type GitOptions, gitOutput, readGit } from "../git/git.ts";
import type { Repository } from "../git/repository.ts";

export interface RepositoryState {
  /** The branch that HEAD names, such as `refs/heads/main`; undefined when it names none. */
  readonly head: string | undefined;
  readonly refs: readonly Ref[];
  /** The commits at which a shallow history ends. */
  readonly shallow: readonly string[];
}

export interface Ref {
  readonly sha: string;
  readonly name: string;
}

/** What a repository's refs are now, the hidden ones too; undefined when there is no repository. */
export async function repositoryState(
  repository: Repository,
  signal: AbortSignal,
): Promise<RepositoryState | undefined> {
  const options: GitOptions = { repository, signal, timeout: Number.POSITIVE_INFINITY };
  const head = await readIfPresent(join(repository.path, "HEAD"));
  if (head === undefined) return undefined;
  const listing = await readGit(["for-each-ref", "--format=%(objectname) %(refname)"], options);
  const shallow = await readIfPresent(join(repository.path, "shallow"));
  return {
    head: /^ref: (refs\/heads\/.+)\n$/.exec(head)?.[1],
    refs: lines(listing).map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) })),
    shallow: lines(shallow ?? ""),
  };
}

/**
 * A repository as a git bundle, which plain git can clone: exactly these refs and all that is reachable from them.
 * Refs that move meanwhile change nothing: what they named is not removed for a while.
 */
export async function* writeBundle(
  repository: Repository,
  { head, refs }: RepositoryState,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void> {
  const tip = refs.find(({ name }) => name === head);
  const named = [...(tip === undefined ? [] : [{ sha: tip.sha, name: "HEAD" }]), ...refs];
  yield Buffer.from(`# v2 git bundle\n${named.map(({ sha, name }) => `${sha} ${name}\n`).join("")}\n`);
  yield* gitOutput(["pack-objects", "--revs", "--stdout", "--delta-base-offset", "--quiet", "--threads=1"], {
    repository,
    signal,
    timeout: Number.POSITIVE_INFINITY,
    input: refs.map(({ sha }) => `${sha}\n`).join(""),
  });
}

function lines(text: string): string[] {
  return text.split("\n").filter((line) => line !== "");
}
