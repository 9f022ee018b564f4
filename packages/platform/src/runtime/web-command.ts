import { readGit } from "../git/git.ts";
import { findObjects } from "../git/objects.ts";
import type { Repository } from "../git/repository.ts";
import { parseProcfile } from "./procfile.ts";
import { WorkloadError } from "./workload.ts";

/** Bytes of the largest `Procfile`. */
const most = 64 * 1024;

/**
 * What a commit's `Procfile` says that its web process is; undefined when it says nothing of one.
 * @throws WorkloadError when there is no such commit
 */
export async function webCommand(
  repository: Repository,
  commit: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const [source, file] = await findObjects(repository, [commit, `${commit}:Procfile`], signal);
  if (source?.type !== "commit") {
    throw new WorkloadError("source_missing", `The commit ${commit} is not in the repository any more`, {
      isFinal: true,
    });
  }
  if (file?.type !== "blob" || file.size > most) return undefined;
  return parseProcfile(await readGit(["cat-file", "blob", file.sha], { repository, signal })).get("web");
}
