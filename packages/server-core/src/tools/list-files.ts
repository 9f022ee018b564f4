import { git, type ResponseOf } from "@platform-mcp/client";
import { bareArrayPage, defineTool, list, named, note, offset, type Page } from "@platform-mcp/server-kit";
import * as z from "zod";
import { path, ref } from "../arguments.ts";

/** More than a result can hold in most repositories; the budget cuts the rest. */
const maxEntries = 500;

export const listFiles = defineTool({
  name: "list_files",
  title: "List files",
  description:
    "List a directory of the repository: path, kind and size in bytes. `depth` descends into subdirectories.",
  risk: "read",
  input: {
    path: path.default("").describe("Directory; root if omitted"),
    ref,
    depth: z.int().min(1).max(20).default(1),
    offset,
  },
  output: {
    files: z.array(z.object({ path: z.string(), kind: z.string(), size: z.int().nullable() })),
  },
  lists: ["tree path", "blob"],
  uses: [git.listTree],
  async run({ api, project }, { path, ref, depth, offset }) {
    const get = (part: Page) => api.call(git.listTree, { project_id: project, path, ref, depth, ...part });
    const { items: entries, hasMore } = await bareArrayPage(get, { limit: maxEntries, offset });
    const directory = path.replace(/^\/+|\/+$/g, "");
    const files = list({
      of: "files",
      items: entries.map((entry) => ({
        path: named(pathOf(entry, directory)),
        kind: kindOf(entry),
        size: entry.size,
      })),
      offset,
      hasMore,
      next: (next) => `list_files with offset=${next}, or a deeper path`,
      empty: "The directory holds nothing here.",
    });
    const oneLevelOnly = depth > 1 && entries.some((entry) => entry.path === undefined);
    return oneLevelOnly
      ? [files, note("This platform lists one level at a time: call again for each directory.")]
      : files;
  },
});

type Entry = ResponseOf<typeof git.listTree>[number];

function pathOf({ path, name }: Entry, directory: string): string {
  return path ?? (directory === "" ? name : `${directory}/${name}`);
}

function kindOf({ entry_type, mode }: Entry): string {
  if (entry_type === "tree") return "directory";
  if (entry_type === "commit") return "submodule";
  if (mode === "120000") return "symlink";
  return mode === "100755" ? "executable" : "file";
}
