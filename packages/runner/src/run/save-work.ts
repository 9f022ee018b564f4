import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { SessionSettings } from "./session-settings.ts";
import { snapshot } from "./snapshot.ts";
import { inSeconds, isRefusal, whileAway } from "./while-away.ts";

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
  const { session, branch } = settings;
  const problems: string[] = [];
  const pushed: Piece[] = [];
  const left: Piece[] = [];
  const work = await snapshot(git, `Work of session ${session} that was not committed\n`).catch((error: unknown) => {
    problems.push(`the work tree could not be committed: ${reason(error)}`);
    return undefined;
  });
  const until = inSeconds(settings.pushSeconds);
  const pieces = await unpushedPieces(git, work?.commit, settings);
  for (const [index, piece] of pieces.entries()) {
    const rescue = `agent/${session}-rescue${index === 0 ? "" : `-${index}`}`;
    const options = { rescue, problems, until };
    try {
      pushed.push(await pushPiece(git, piece, options));
    } catch (error) {
      problems.push(`${piece.branch} could not be pushed: ${reason(error)}`);
      left.push(piece);
      // What is refused may be a file that the agent has not committed.
      const isOwn = piece.commit !== work?.commit || !work.isDirty;
      const committed = isOwn || !isRefusal(error) ? undefined : await unpushed(git, `${piece.commit}^`, branch);
      if (committed !== undefined)
        await pushPiece(git, committed, options).then(
          (done) => pushed.push(done),
          () => {},
        );
    }
  }
  const committed = work?.isDirty === true;
  const isTreeSaved = work !== undefined;
  problems.push(...(work?.leftOut ?? []));
  if (left.length === 0) return { saved: isTreeSaved, committed, pushed, problems };
  const bundle = await writeBundle(git, left, settings).catch((error: unknown) => {
    problems.push(`no bundle either: ${reason(error)}`);
    return undefined;
  });
  return { saved: false, committed, pushed, problems, ...(bundle !== undefined && { bundle }) };
}

/** The commit, if it is known to be on no branch of the platform. */
async function unpushed(git: Git, name: string, branch: string): Promise<Piece | undefined> {
  const commit = await git(["rev-list", "--max-count=1", name, "--not", "--remotes=origin"]).catch(() => "");
  return commit === "" ? undefined : { commit, branch };
}

/** The work tree's commit, then the other local branches and what was put aside: each as far as no known remote branch has it. */
async function unpushedPieces(
  git: Git,
  tree: string | undefined,
  { branch, session }: SessionSettings,
): Promise<Piece[]> {
  const lines = async (args: readonly string[]) => (await git(args)).split("\n").filter((line) => line !== "");
  const branches = await lines(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  const aside = await lines(["stash", "list", "--format=%H"]);
  const others = [
    ...branches.map((line) => ({ commit: line.slice(0, 40), branch: line.slice(41) })),
    ...aside.map((commit, index) => ({ commit, branch: `agent/${session}-stash${index === 0 ? "" : `-${index}`}` })),
  ];
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
  /** When to stop waiting for a platform that is away, by `performance.now()`. */
  readonly until: number;
}

/** To its branch, or rebased onto what has come there, or to the rescue branch. @throws when the platform takes none */
async function pushPiece(git: Git, piece: Piece, { rescue, problems, until }: PushOptions): Promise<Piece> {
  const ways: (() => Promise<Piece>)[] = [
    async () => piece,
    async () => ({ ...piece, commit: await rebased(git, piece) }),
    async () => ({ ...piece, branch: rescue }),
  ];
  for (const [index, way] of ways.entries()) {
    try {
      const attempt = await way();
      await push(git, attempt, until);
      return attempt;
    } catch (error) {
      if (index === ways.length - 1 || error instanceof AwayError) throw error;
      problems.push(`${piece.branch}: ${reason(error)}`);
    }
  }
  throw new Error("there is always a last way");
}

/** The platform cannot be reached, and was waited for long enough. */
class AwayError extends Error {}

/** Pushes and looks whether it is there; tries again for a while when the platform cannot be reached. */
async function push(git: Git, { commit, branch }: Piece, until: number): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const look = () => git(["ls-remote", "origin", ref], { timeout: 30_000 });
  await whileAway(until, async () => {
    // Sooner than a push, it says that nobody answers.
    await look();
    await git(["push", "--quiet", "origin", `${commit}:${ref}`], { timeout: 600_000 });
    const there = await look();
    if (!there.startsWith(commit)) {
      throw new Error(`the platform took it, but has ${there.slice(0, 40) || "nothing"} there`);
    }
  }).catch((error: unknown) => {
    throw isRefusal(error) ? error : new AwayError(reason(error));
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
