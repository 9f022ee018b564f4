import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { SessionSettings } from "./session-settings.ts";
import { snapshot } from "./snapshot.ts";
import { whileAway } from "./while-away.ts";

/** What became of a session's work. */
export interface SavedWork {
  /** False when it is neither on the platform nor was there nothing to save. */
  readonly saved: boolean;
  /** Whether files were left that the runner committed. */
  readonly committed: boolean;
  /** The branches that got commits. */
  readonly pushed: readonly { readonly branch: string; readonly commit: string }[];
  /** A bundle of what could not be pushed. */
  readonly bundle?: string;
  /** Why something went another way than to its branch. */
  readonly problems: readonly string[];
}

/** A commit to be saved, and where it belongs. */
interface Piece {
  readonly commit: string;
  readonly branch: string;
}

/**
 * Saves what a session has made: commits what lies in the work tree, and pushes every commit that the platform does not
 * have. Work that its branch does not take is rebased once, then goes to a rescue branch; when nothing can be pushed at
 * all, into a bundle. Never throws for what a repository can be like.
 */
export async function saveWork(git: Git, settings: SessionSettings): Promise<SavedWork> {
  const { session } = settings;
  const problems: string[] = [];
  const pushed: Piece[] = [];
  const left: Piece[] = [];
  const work = await snapshot(git, `Work of session ${session} that was not committed\n`).catch((error: unknown) => {
    problems.push(`the work tree could not be committed: ${reason(error)}`);
    return undefined;
  });
  const pieces = await unpushedPieces(git, work?.commit, settings);
  for (const [index, piece] of pieces.entries()) {
    const rescue = `agent/${session}-rescue${index === 0 ? "" : `-${index}`}`;
    try {
      pushed.push(await pushPiece(git, piece, { rescue, problems, seconds: settings.pushSeconds }));
    } catch (error) {
      problems.push(`${piece.branch} could not be pushed: ${reason(error)}`);
      left.push(piece);
    }
  }
  const committed = work?.isDirty === true;
  const treeLost = problems.length > 0 && work === undefined;
  if (left.length === 0) return { saved: !treeLost, committed, pushed, problems };
  const bundle = await writeBundle(git, left, settings).catch((error: unknown) => {
    problems.push(`no bundle either: ${reason(error)}`);
    return undefined;
  });
  return { saved: false, committed, pushed, problems, ...(bundle !== undefined && { bundle }) };
}

/** The work tree's commit, then the other local branches and the stash: each as far as no known remote branch has it. */
async function unpushedPieces(
  git: Git,
  tree: string | undefined,
  { branch, session }: SessionSettings,
): Promise<Piece[]> {
  const refs = await git(["for-each-ref", "--format=%(objectname) %(refname)", "refs/heads", "refs/stash"]);
  const others = refs
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => ({ commit: line.slice(0, 40), ref: line.slice(41) }))
    .map(({ commit, ref }) => ({
      commit,
      branch: ref === "refs/stash" ? `agent/${session}-stash` : ref.slice("refs/heads/".length),
    }));
  const pieces: Piece[] = [];
  for (const piece of [...(tree === undefined ? [] : [{ commit: tree, branch }]), ...others]) {
    const known = pieces.map(({ commit }) => commit);
    const missing = await git(["rev-list", "--max-count=1", piece.commit, "--not", "--remotes=origin", ...known]);
    if (missing !== "") pieces.push(piece);
  }
  return pieces;
}

interface PushOptions {
  readonly rescue: string;
  readonly problems: string[];
  readonly seconds: number;
}

/** To its branch, or rebased onto what has come there, or to the rescue branch. @throws when the platform takes none */
async function pushPiece(git: Git, piece: Piece, { rescue, problems, seconds }: PushOptions): Promise<Piece> {
  const ways: (() => Promise<Piece>)[] = [
    async () => piece,
    async () => ({ ...piece, commit: await rebased(git, piece) }),
    async () => ({ ...piece, branch: rescue }),
  ];
  for (const [index, way] of ways.entries()) {
    try {
      const attempt = await way();
      await push(git, attempt, seconds);
      return attempt;
    } catch (error) {
      if (index === ways.length - 1) throw error;
      problems.push(`${piece.branch}: ${reason(error)}`);
    }
  }
  throw new Error("there is always a last way");
}

/** Pushes and looks whether it is there; tries again for a while when the platform cannot be reached. */
async function push(git: Git, { commit, branch }: Piece, seconds: number): Promise<void> {
  await whileAway(seconds, async () => {
    await git(["push", "--quiet", "origin", `${commit}:refs/heads/${branch}`], { timeout: 600_000 });
    const there = await git(["ls-remote", "origin", `refs/heads/${branch}`]);
    if (!there.startsWith(commit)) {
      throw new Error(`the platform took it, but has ${there.slice(0, 40) || "nothing"} there`);
    }
  });
}

/** The piece's commits on top of what its branch has got meanwhile, made beside the agent's work tree. @throws on a conflict */
async function rebased(git: Git, { commit, branch }: Piece): Promise<string> {
  await git(["fetch", "--quiet", "origin", `+refs/heads/${branch}:refs/remotes/origin/${branch}`], {
    timeout: 600_000,
  });
  const parent = await mkdtemp(join(tmpdir(), "runner-rebase-"));
  const cwd = join(parent, "tree");
  try {
    await git(["worktree", "add", "--quiet", "--detach", cwd, commit]);
    await git(["rebase", "--quiet", `refs/remotes/origin/${branch}`], { cwd, timeout: 600_000 });
    return await git(["rev-parse", "HEAD"], { cwd });
  } finally {
    await git(["worktree", "remove", "--force", cwd]).catch(() => {});
    await rm(parent, { recursive: true, force: true });
  }
}

/** Puts commits into a file from which `git fetch` gets them. */
async function writeBundle(
  git: Git,
  pieces: readonly Piece[],
  { rescueDirectory, session }: SessionSettings,
): Promise<string> {
  await mkdir(rescueDirectory, { recursive: true, mode: 0o700 });
  const path = join(rescueDirectory, `${session}.bundle`);
  const names: string[] = [];
  for (const { commit, branch } of pieces) {
    const name = `refs/runner-rescue/${branch}`;
    await git(["update-ref", name, commit]);
    names.push(name);
  }
  await git(["bundle", "create", "--quiet", path, ...names, "--not", "--remotes=origin"], { timeout: 600_000 });
  return path;
}

function reason(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
