import { readdir } from "node:fs/promises";
import type { Git } from "./git.ts";
import { patienceFor } from "./patience.ts";
import { reason } from "./problems.ts";
import { saveRepository } from "./save-repository.ts";
import type { SessionSettings } from "./session-settings.ts";
import type { Piece } from "./unpushed-pieces.ts";
import { withNewClone } from "./with-new-clone.ts";
import { type Clone, isStillThere } from "./workspace.ts";

/** What became of a session's work. */
export interface SavedWork {
  /** False when it is neither on the platform nor was there nothing to save. */
  readonly saved: boolean;
  /** Whether files were left that the runner committed. */
  readonly committed: boolean;
  /** The branches that got commits. */
  readonly pushed: readonly Piece[];
  /** A bundle of what could not be pushed. */
  readonly bundle?: string;
  /** Why something went another way than to its branch. */
  readonly problems: readonly string[];
}

interface SaveOptions {
  /** The clone with which the session began. */
  readonly clone: Clone;
  /** Whether somebody has asked for the end and waits for it. */
  readonly isHurried: boolean;
}

/**
 * Saves what a session has made: commits what lies in the work tree, and pushes every commit that the platform does not
 * have. Work that its branch does not take is rebased once, then goes to a rescue branch; when nothing can be pushed at
 * all, into a bundle. Never throws for what a work tree can be like.
 */
export async function saveWork(
  git: Git,
  settings: SessionSettings,
  { clone, isHurried }: SaveOptions,
): Promise<SavedWork> {
  const patience = patienceFor(settings.pushSeconds, isHurried);
  if (await isStillThere(git, clone)) return await saveRepository(git, settings, patience);
  const lost = "the clone is gone or damaged: commits that were not pushed are lost, but for the last checkpoint's";
  const nothing = { saved: false, committed: false, pushed: [] };
  const files = await readdir(settings.workspace).catch(() => []);
  if (files.every((name) => name === ".git")) return { ...nothing, problems: [lost, "the work tree is gone"] };
  try {
    const saved = await withNewClone({ git, settings, clone, patience }, async (again, problems) => {
      const { problems: later, ...work } = await saveRepository(again, settings, patience);
      return { ...work, problems: [...problems, ...later] };
    });
    return { ...saved, saved: false, problems: [lost, ...saved.problems] };
  } catch (error) {
    return { ...nothing, problems: [lost, reason(error)] };
  }
}
