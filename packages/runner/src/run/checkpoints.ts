import { setTimeout as delay } from "node:timers/promises";
import type { Git } from "./git.ts";
import { snapshot } from "./snapshot.ts";

interface CheckpointOptions {
  readonly git: Git;
  readonly session: string;
  readonly seconds: number;
  /** Takes a line when one could not be made. */
  readonly warn: (line: string) => void;
}

/** The ref that holds the last checkpoint of a session. It is hidden from clones. */
function checkpointRef(session: string): string {
  return `refs/agent-wip/${session}`;
}

/**
 * Pushes the work tree as it stands again and again while the agent works: what the last one holds survives whatever
 * happens to the session. Stopping it gives up the one on its way: all is saved then anyway, and a platform that does not
 * answer may take the time for that.
 */
export function startCheckpoints({ git, session, seconds, warn }: CheckpointOptions): { stop(): Promise<void> } {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stoppable: Git = (args, options) => git(args, { ...options, signal });
  const loop = async () => {
    let last: string | undefined;
    while (!signal.aborted) {
      await delay(seconds * 1000, undefined, { signal }).catch(() => {});
      if (signal.aborted) return;
      try {
        last = await checkpoint(stoppable, session, last);
      } catch (error) {
        if (!signal.aborted) warn(`no checkpoint this time: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
}

/** Pushes a checkpoint unless the tree is as it was; gives the tree. */
async function checkpoint(git: Git, session: string, last: string | undefined): Promise<string | undefined> {
  const made = await snapshot(git, `Checkpoint of session ${session}\n`);
  if (made === undefined) return last;
  const state = `${await git(["rev-parse", "HEAD"]).catch(() => "")} ${await git(["rev-parse", `${made.commit}^{tree}`])}`;
  if (state === last) return last;
  await git(["push", "--quiet", "--force", "origin", `${made.commit}:${checkpointRef(session)}`]);
  return state;
}
