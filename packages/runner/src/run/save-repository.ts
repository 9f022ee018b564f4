import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Git } from "./git.ts";
import type { Patience } from "./patience.ts";
import { reason } from "./problems.ts";
import { AwayError, pushPiece } from "./push-piece.ts";
import type { SavedWork } from "./save-work.ts";
import type { SessionSettings } from "./session-settings.ts";
import { snapshot } from "./snapshot.ts";
import { type Piece, unpushed, unpushedPieces } from "./unpushed-pieces.ts";
import { isRefusal } from "./while-away.ts";

/**
 * Commits what lies in the work tree, and pushes every commit that the platform does not have; what cannot be pushed goes
 * into a bundle. Never throws for what a repository can be like.
 */
export async function saveRepository(git: Git, settings: SessionSettings, patience: Patience): Promise<SavedWork> {
  const { session, branch } = settings;
  const problems: string[] = [];
  const pushed: Piece[] = [];
  const left: Piece[] = [];
  let isTreeSaved = true;
  const work = await snapshot(git, `Work of session ${session} that was not committed\n`).catch((error: unknown) => {
    problems.push(`the work tree could not be committed: ${reason(error)}`);
    isTreeSaved = false;
    return undefined;
  });
  const { pieces, unreadable } = await unpushedPieces(git, work?.commit, settings);
  problems.push(...unreadable.map((why) => `not all commits could be read: ${why}`));
  let isAway = false;
  for (const [index, piece] of pieces.entries()) {
    if (isAway) {
      left.push(piece);
      continue;
    }
    const rescue = `agent/${session}-rescue${index === 0 ? "" : `-${index}`}`;
    const options = { rescue, problems, patience };
    try {
      pushed.push(await pushPiece(git, piece, options));
    } catch (error) {
      problems.push(`${piece.branch} could not be pushed: ${reason(error)}`);
      left.push(piece);
      // Who waits for the end does not wait for each of them.
      isAway = error instanceof AwayError;
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
  problems.push(...(work?.leftOut ?? []));
  const isRead = isTreeSaved && unreadable.length === 0;
  if (left.length === 0) return { saved: isRead, committed, pushed, problems };
  const bundle = await writeBundle(git, left, settings).catch((error: unknown) => {
    problems.push(`no bundle either: ${reason(error)}`);
    return undefined;
  });
  return { saved: false, committed, pushed, problems, ...(bundle !== undefined && { bundle }) };
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
