import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { Patience } from "./patience.ts";
import { reason } from "./problems.ts";
import type { Piece } from "./unpushed-pieces.ts";
import { isRefusal, whileAway } from "./while-away.ts";

interface PushOptions {
  readonly rescue: string;
  readonly problems: string[];
  readonly patience: Patience;
}

/** To its branch, or rebased onto what has come there, or to the rescue branch. @throws when the platform takes none */
export async function pushPiece(git: Git, piece: Piece, { rescue, problems, patience }: PushOptions): Promise<Piece> {
  const ways: (() => Promise<Piece>)[] = [
    async () => piece,
    async () => ({ ...piece, commit: await rebased(git, piece, patience) }),
    async () => ({ ...piece, branch: rescue }),
  ];
  for (const [index, way] of ways.entries()) {
    try {
      const attempt = await way();
      await push(git, attempt, patience);
      return attempt;
    } catch (error) {
      if (index === ways.length - 1 || error instanceof AwayError) throw error;
      problems.push(`${piece.branch}: ${reason(error)}`);
    }
  }
  throw new Error("there is always a last way");
}

/** The platform cannot be reached, and was waited for long enough. */
export class AwayError extends Error {}

/** Pushes and looks whether it is there; tries again for a while when the platform cannot be reached. */
async function push(git: Git, { commit, branch }: Piece, patience: Patience): Promise<void> {
  const ref = `refs/heads/${branch}`;
  const look = () => git(["ls-remote", "origin", ref], { timeout: patience.question() });
  await whileAway(patience.until, async () => {
    // Sooner than a push, it says that nobody answers.
    await look();
    await git(["push", "--quiet", "origin", `${commit}:${ref}`], { timeout: patience.transfer() });
    const there = await look();
    if (!there.startsWith(commit)) {
      throw new Error(`the platform took it, but has ${there.slice(0, 40) || "nothing"} there`);
    }
  }).catch((error: unknown) => {
    throw isRefusal(error) ? error : new AwayError(reason(error));
  });
}

/** The piece's commits on top of what its branch has got meanwhile, made beside the agent's work tree. @throws on a conflict */
async function rebased(git: Git, { commit, branch }: Piece, patience: Patience): Promise<string> {
  await git(["fetch", "--quiet", "origin", `+refs/heads/${branch}:refs/remotes/origin/${branch}`], {
    timeout: patience.transfer(),
  });
  const parent = await mkdtemp(join(tmpdir(), "runner-rebase-"));
  const cwd = join(parent, "tree");
  // Whatever says otherwise where the clone is.
  const env = { GIT_DIR: join(cwd, ".git"), GIT_WORK_TREE: cwd };
  try {
    await git(["worktree", "add", "--quiet", "--detach", cwd, commit]);
    await git(["rebase", "--quiet", `refs/remotes/origin/${branch}`], { cwd, env, timeout: 600_000 });
    return await git(["rev-parse", "HEAD"], { cwd, env });
  } finally {
    await git(["worktree", "remove", "--force", cwd]).catch(() => {});
    await rm(parent, { recursive: true, force: true });
  }
}
