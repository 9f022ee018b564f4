import type { git, ResponseOf } from "@platform-mcp/client/contract";

type Comparison = ResponseOf<typeof git.compareRefs>;
type ChangedFile = Comparison["files"][number];

/** Files that are listed at most; all are counted. */
const fileLimit = 3000;

const statuses: Readonly<Record<string, ChangedFile["status"]>> = {
  A: "added",
  M: "modified",
  D: "deleted",
  R: "renamed",
  C: "copied",
  T: "type_changed",
};

/**
 * Parses `git diff-tree -r -z --raw --numstat`: first `:<modes> <shas> <status>` and one or two paths for each file, then
 * `<added> TAB <deleted> TAB <path>` in the same order, where a rename leaves the path empty and two paths follow.
 */
export async function changedFiles(
  records: AsyncIterable<string>,
): Promise<Pick<Comparison, "files" | "total_files" | "additions" | "deletions">> {
  const iterator = records[Symbol.asyncIterator]();
  const next = async () => {
    const { value, done } = await iterator.next();
    return done ? undefined : value;
  };
  const files: ChangedFile[] = [];
  let totalFiles = 0;
  let additions = 0;
  let deletions = 0;
  let counted = 0;
  for (let record = await next(); record !== undefined; record = await next()) {
    if (record.startsWith(":")) {
      const letter = record.slice(record.lastIndexOf(" ") + 1).charAt(0);
      const moved = letter === "R" || letter === "C";
      const first = (await next()) ?? "";
      const path = moved ? ((await next()) ?? "") : first;
      if (totalFiles++ >= fileLimit) continue;
      const status = statuses[letter] ?? "modified";
      files.push({ path, previous_path: moved ? first : null, status, additions: null, deletions: null });
      continue;
    }
    const [added = "", deleted = "", path] = record.split("\t", 3);
    if (path === "") {
      await next();
      await next();
    }
    const file = files[counted++];
    // Both are `-` for a binary file.
    if (added === "-") continue;
    additions += Number(added);
    deletions += Number(deleted);
    if (file) Object.assign(file, { additions: Number(added), deletions: Number(deleted) });
  }
  return { files, total_files: totalFiles, additions, deletions };
}
