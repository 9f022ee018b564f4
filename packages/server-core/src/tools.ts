import type { Tool } from "@platform-mcp/server-kit";
import { compareRefs } from "./tools/compare-refs.ts";
import { getProject } from "./tools/get-project.ts";
import { listBranches } from "./tools/list-branches.ts";
import { listCommits } from "./tools/list-commits.ts";
import { listFiles } from "./tools/list-files.ts";
import { listProjects } from "./tools/list-projects.ts";
import { readFile } from "./tools/read-file.ts";
import { searchCode } from "./tools/search-code.ts";

/** The tools of platform-core, in the order a newcomer would meet them. */
export const tools: readonly Tool[] = [
  getProject,
  listProjects,
  listBranches,
  listFiles,
  readFile,
  listCommits,
  compareRefs,
  searchCode,
];
