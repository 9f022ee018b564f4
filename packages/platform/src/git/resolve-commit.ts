import { readGit } from "./git.ts";
import { GitError } from "./git-error.ts";
import { findObjects } from "./objects.ts";
import type { Repository } from "./repository.ts";

/** HEAD, full names and full SHAs mean what they say, whatever a branch is called. */
const unambiguous = /^(?:refs\/|HEAD(?![^~^@])|@(?![^~^{])|[0-9a-f]{40}(?![^~^@]))/;
/** A branch itself: what leads on from its tip holds characters that no branch's name does. */
const branchTip = /^refs\/heads\/((?:(?!@\{)[^~^:])+)$/;

/** A commit with what named it. */
export interface NamedCommit {
  /** Full SHA. */
  readonly sha: string;
  /** The branch whose tip it was named as; null for tags, SHAs and everything else. */
  readonly branch: string | null;
}

/**
 * The commit that `ref` names, or undefined when there is none: a branch first, then a tag, then whatever git makes of it
 * (an abbreviated SHA, `main~3`). Annotated tags give the commit they point at.
 */
export async function resolveRef(
  repository: Repository,
  ref: string,
  signal?: AbortSignal,
): Promise<NamedCommit | undefined> {
  if (ref.includes("\0")) return undefined;
  const names = unambiguous.test(ref) ? [ref] : [`refs/heads/${ref}`, `refs/tags/${ref}`, ref];
  try {
    const found = await findObjects(
      repository,
      names.map((name) => `${name}^{commit}`),
      signal,
    );
    const index = found.findIndex((object) => object?.type === "commit");
    const sha = found[index]?.sha;
    return sha === undefined ? undefined : { sha, branch: branchTip.exec(names[index] ?? "")?.[1] ?? null };
  } catch (error) {
    // Git dies of some revisions that do not exist, such as `main@{9}` without that many reflog entries.
    if (error instanceof GitError && error.code === 128 && !error.stderr.includes("not a git repository")) {
      return undefined;
    }
    throw error;
  }
}

/** The full SHA of the commit that `ref` names, as in `resolveRef`. */
export async function resolveCommit(
  repository: Repository,
  ref: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  return (await resolveRef(repository, ref, signal))?.sha;
}

/** Whether `ref` names the branch that HEAD points at while it has no commit yet, as in an empty repository. */
export async function isUnborn(repository: Repository, ref: string, signal?: AbortSignal): Promise<boolean> {
  const head = (await readGit(["symbolic-ref", "HEAD"], { repository, signal })).trimEnd();
  const names = ["HEAD", "@", head, head.replace(/^refs\/heads\//, "")];
  return names.includes(ref) && (await resolveCommit(repository, "HEAD", signal)) === undefined;
}
