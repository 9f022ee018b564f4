import { readFile } from "node:fs/promises";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";
import { GitUser } from "../lib/git-user.ts";

/** What was confirmed, in order. */
export interface Confirmed {
  readonly writer: string;
  /** Projects that were made, or commits that were pushed. */
  readonly done: readonly string[];
}

/** Writers that work one after the other for themselves, and all at once, until they are told to stop. */
export class Load {
  readonly projects: readonly Confirmed[];
  readonly pushes: readonly Confirmed[];
  readonly #running: Promise<unknown>;
  readonly #stop = new AbortController();

  /** @param repositories names of projects that are pushed to, one writer each */
  constructor(platform: PushedPlatform, makers: number, repositories: readonly string[]) {
    const { signal } = this.#stop;
    const made = Array.from({ length: makers }, (_, index) => ({ writer: `maker${index}`, done: [] as string[] }));
    const pushed = repositories.map((writer) => ({ writer, done: [] as string[] }));
    this.projects = made;
    this.pushes = pushed;
    const makes = made.map(async ({ writer, done }) => {
      while (!signal.aborted) {
        const name = `${writer}-${done.length}`;
        await platform.addProject(name);
        done.push(name);
      }
    });
    const pushes = pushed.map(async ({ writer, done }) => {
      await using user = await GitUser.create();
      while (!signal.aborted) {
        const sha = await user.commit(
          await readFile(import.meta.filename, "utf8").then((code) => code.repeat(done.length + 1)),
        );
        await user.git("push", "--quiet", platform.remote(writer), "main");
        done.push(sha);
      }
    });
    this.#running = Promise.all([...makes, ...pushes]);
    // Seen by stop().
    this.#running.catch(() => {});
  }

  /** How much every writer had confirmed at this moment. */
  confirmed(): ReadonlyMap<string, number> {
    return new Map([...this.projects, ...this.pushes].map(({ writer, done }) => [writer, done.length]));
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
  }
}
