import { readGit } from "../git.ts";
import type { Repository } from "../repository.ts";
import { writableNamespaces } from "./ref-name.ts";

/** Every ref of a repository that people and agents may write, with the object that it names. */
export async function readRefs(repository: Repository): Promise<ReadonlyMap<string, string>> {
  const output = await readGit(["for-each-ref", "--format=%(objectname) %(refname)", ...writableNamespaces], {
    repository,
  });
  const lines = output.split("\n").slice(0, -1);
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]));
}
