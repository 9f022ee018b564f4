import { type WantedPreview, wantPreview } from "@platform-mcp/platform/testing/want-preview";
import { expect } from "vitest";
import type { PushedPlatform } from "../git-push/pushed-platform.ts";

/** What one runs. */
export type RunningPreview = Exclude<WantedPreview, string>;

/** Previews of a project of which something else is wanted again and again, and what each is to be now. */
export class ChangingPreviews {
  readonly branches: readonly string[];
  readonly #platform: Pick<PushedPlatform, "look">;
  readonly #projectId: string;
  readonly #wanted: Map<string, WantedPreview>;

  constructor(platform: Pick<PushedPlatform, "look">, projectId: string, branches: readonly string[]) {
    this.#platform = platform;
    this.#projectId = projectId;
    this.branches = branches;
    this.#wanted = new Map(branches.map((branch) => [branch, "gone"]));
  }

  /** Has all run something. */
  async deployAll(what: RunningPreview): Promise<void> {
    await this.#want(new Map(this.branches.map((branch) => [branch, what])));
  }

  /** Has some run something else, stop or end. */
  async changeSome(random: () => number, what: RunningPreview): Promise<void> {
    const chosen = this.branches.filter(() => random() < 0.2);
    const anything = () => {
      const kind = random();
      return kind < 0.6 ? what : kind < 0.8 ? "stopped" : "gone";
    };
    await this.#want(new Map(chosen.map((branch) => [branch, anything()])));
  }

  async endAll(): Promise<void> {
    await this.#want(new Map(this.branches.map((branch) => [branch, "gone"])));
  }

  /** What those run that are to run, by branch. */
  get running(): ReadonlyMap<string, RunningPreview> {
    return new Map(
      [...this.#wanted].flatMap(([branch, state]) => (typeof state === "object" ? [[branch, state]] : [])),
    );
  }

  /** The branches whose previews are there, running or not. */
  get there(): readonly string[] {
    return this.branches.filter((branch) => this.#wanted.get(branch) !== "gone");
  }

  async rows() {
    return await this.#platform.look((db) => db.selectFrom("workloads").orderBy("created_at").selectAll().execute());
  }

  /** Waits until each is recorded to be as it should. @param timeout in milliseconds */
  async converged(context: string, timeout: number): Promise<void> {
    const expected = this.there.map((branch) => `${branch} ${this.running.has(branch) ? "healthy" : "stopped"} true`);
    const found = async () =>
      (await this.rows()).map(
        ({ branch, current_status, generation, observed_generation }) =>
          `${branch} ${current_status} ${generation === observed_generation}`,
      );
    await expect
      .poll(async () => (await found()).toSorted(), { timeout, interval: 500, message: context })
      .toEqual(expected.toSorted());
  }

  /** Nothing has failed, and each thing that was deployed has succeeded once; gives how many have. */
  async successes(): Promise<number> {
    const history = await this.#platform.look((db) => db.selectFrom("workload_history").selectAll().execute());
    expect(history.filter(({ status }) => status === "failure")).toEqual([]);
    const successes = history.map(({ workload_id, generation }) => `${workload_id} ${generation}`);
    expect(new Set(successes).size).toBe(successes.length);
    return successes.length;
  }

  async #want(changes: ReadonlyMap<string, WantedPreview>): Promise<void> {
    await this.#platform.look(async (db) => {
      for (const [branch, change] of changes) {
        const place = { projectId: this.#projectId, branch };
        await db.transaction().execute((transaction) => wantPreview(transaction, place, change));
        // What is not there cannot be stopped.
        if (change !== "stopped" || this.#wanted.get(branch) !== "gone") this.#wanted.set(branch, change);
      }
    });
  }
}
