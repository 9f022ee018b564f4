import { readGit } from "../git.ts";
import type { Repository } from "../repository.ts";

/** Every ref of a repository with the object that it names. */
export async function readRefs(repository: Repository): Promise<ReadonlyMap<string, string>> {
  const output = await readGit(["for-each-ref", "--format=%(objectname) %(refname)"], { repository });
  const lines = output.split("\n").slice(0, -1);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
