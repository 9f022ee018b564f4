import { commitsBetween } from "../../git/commits-between.ts";
import { findObjects } from "../../git/objects.ts";
import type { Repository } from "../../git/repository.ts";

/** Which of the commits are in the history of `to` and not in that of `from`. */
export async function arrivedCommits(
  repository: Repository,
  { from, to }: { readonly from: string; readonly to: string },
  wanted: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const arrived = new Set<string>();
  // What was there long ago may have been removed since; then nobody can tell.
  const objects = await findObjects(repository, [from, to]);
  if (objects.includes(undefined)) return arrived;
  for await (const sha of commitsBetween(repository, from, to)) {
    if (wanted.has(sha)) arrived.add(sha);
    if (arrived.size === wanted.size) break;
  }
  return arrived;
}
