import type { git, QueryOf, ResponseOf } from "@platform-mcp/client/contract";
import { notFound } from "../problem.ts";
import { gitOutput } from "./git.ts";
import { findObjects } from "./objects.ts";
import { records } from "./records.ts";
import type { Repository } from "./repository.ts";
import { resolveCommit } from "./resolve-commit.ts";
import { treePath } from "./tree-path.ts";

type Entry = ResponseOf<typeof git.listTree>[number];

const entryRecord = /^(?<mode>\d+) (?<type>blob|tree|commit) (?<sha>[0-9a-f]{40}) +(?<size>\S+)\t(?<name>.+)$/s;

function parseEntry(record: string, directory: string): Entry {
  const fields = entryRecord.exec(record)?.groups;
  if (!fields) throw new Error(`unexpected answer of git ls-tree: ${record}`);
  const { mode = "", type, sha = "", size = "", name = "" } = fields;
  return {
    name: name.slice(name.lastIndexOf("/") + 1),
    path: directory === "" ? name : `${directory}/${name}`,
    entry_type: type === "tree" || type === "commit" ? type : "blob",
    mode,
    size: /^\d+$/.test(size) ? Number(size) : null,
    sha,
  };
}

/**
 * The entries of a directory and, with `depth`, of those below it, in git's order (a directory before what it holds).
 * Names that are not valid UTF-8 come with replacement characters. Throws `Problem` 404 when there is no such directory.
 */
export async function listTree(
  repository: Repository,
  query: QueryOf<typeof git.listTree>,
  signal?: AbortSignal,
): Promise<ResponseOf<typeof git.listTree>> {
  const directory = treePath(query.path);
  const commit = await resolveCommit(repository, query.ref, signal);
  const [tree] = commit === undefined ? [] : await findObjects(repository, [`${commit}:${directory}`], signal);
  if (tree?.type !== "tree") throw notFound("tree path");

  const descend = query.depth > 1 ? ["-r", "-t"] : [];
  const output = gitOutput(["ls-tree", "-z", "-l", ...descend, tree.sha], { repository, signal });
  const entries: Entry[] = [];
  if (query.limit === 0) return entries;
  let seen = 0;
  for await (const record of records(output)) {
    const name = record.slice(record.indexOf("\t") + 1);
    if (name.split("/").length > query.depth || seen++ < query.offset) continue;
    entries.push(parseEntry(record, directory));
    if (entries.length === query.limit) break;
  }
  return entries;
}
