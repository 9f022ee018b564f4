import { mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Repository } from "../../git/repository.ts";
import { type BranchComparison, compareBranches } from "./compare-branches.ts";

/** Comparisons that are remembered at most. */
const maxKept = 500;

/** Comparisons for who only looks: they leave nothing in the repository, and two commits are compared once. */
export class Comparisons {
  readonly #known = new Map<string, Promise<BranchComparison>>();

  readonly compare = (repository: Repository, target: string, head: string): Promise<BranchComparison> => {
    const key = `${repository.path}\0${target}\0${head}`;
    const known = this.#known.get(key);
    // Taken out and put back, so that the first is always the one that nobody has asked for the longest.
    this.#known.delete(key);
    const comparison = known ?? lookAt(repository, target, head);
    this.#known.set(key, comparison);
    for (const oldest of this.#known.keys()) {
      if (this.#known.size <= maxKept) break;
      this.#known.delete(oldest);
    }
    comparison.catch(() => {
      if (this.#known.get(key) === comparison) this.#known.delete(key);
    });
    return comparison;
  };
}

async function lookAt(repository: Repository, target: string, head: string): Promise<BranchComparison> {
  const objects = join(repository.path, "objects");
  // Called as git calls what it has not accepted yet: should this process be killed, upkeep removes it.
  const scratch = await mkdtemp(join(objects, "tmp_objdir-merge-"));
  try {
    const environment = { GIT_OBJECT_DIRECTORY: scratch, GIT_ALTERNATE_OBJECT_DIRECTORIES: quoted(objects) };
    // Each file in conflict is written as an object: that they outlive a power failure takes most of the time.
    const settings = { "core.fsync": "none" };
    return await compareBranches(repository, target, head, { environment, settings });
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A path in a list of paths, whatever it holds. */
function quoted(path: string): string {
  return `"${path.replace(/["\\]/g, "\\$&")}"`;
}
