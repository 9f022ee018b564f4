import { updateRefs } from "../git/refs/update-refs.ts";
import type { Repository } from "../git/repository.ts";

/** The ref that keeps a merge request's head when its branch is gone; the platform's own, which nobody can push to. */
function headRef(number: number): string {
  return `refs/merge-requests/${number}/head`;
}

/** Keeps what merge requests are about: as long as they are there, it can be shown and fetched. */
export async function keepHeads(
  repository: Repository,
  heads: readonly { readonly number: number; readonly sha: string }[],
): Promise<void> {
  await updateRefs(
    repository,
    heads.map(({ number, sha }) => ({ ref: headRef(number), newSha: sha })),
  );
}
